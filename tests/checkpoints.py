"""Tiny language models made on the spot: random weights, a vocabulary of characters."""

import json

WIDTH = 32
LAYERS = 3
MAX_LENGTH = 64


def _characters():
    """Printable ASCII, jamo (BERT decomposes Hangul), kana and a few ideographs."""
    ranges = [(0x21, 0x7F), (0x1100, 0x1113), (0x1161, 0x1176), (0x11A8, 0x11C3)]
    ranges += [(0x3041, 0x3097), (0x30A1, 0x30FB), (0x4E00, 0x4E40)]
    return [chr(code) for start, stop in ranges for code in range(start, stop)]


def build_transformer(folder, *, seed=0, width=WIDTH):
    """Save a plain transformers checkpoint (a 3-layer BERT) and return its folder."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    characters = _characters()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = [*special, *characters, *(f"##{c}" for c in characters)]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=width,
        num_hidden_layers=LAYERS,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=MAX_LENGTH,
        initializer_range=0.5,  # far from zero: layers and poolings must differ visibly
    )
    with torch.random.fork_rng(devices=[]):  # the caller's generator stays where it was
        torch.manual_seed(seed)
        model = BertModel(config)
    model.save_pretrained(folder)
    tokenizer = BertTokenizerFast.from_pretrained(  # transformers 4 and 5 both read the file
        folder, do_lower_case=True, model_max_length=MAX_LENGTH
    )
    tokenizer.save_pretrained(folder)
    return folder


def build_cross_encoder(folder, *, seed=2, width=WIDTH, files=True):
    """Save a BERT with a layer of three classes behind its pooler and return its folder.

    With the files of sentence-transformers beside it, or as transformers alone would.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    build_transformer(folder, seed=seed, width=width)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config = BertConfig.from_pretrained(folder, num_labels=3)
        model = BertForSequenceClassification(config)
    model.save_pretrained(folder)
    if files:
        kind = "sentence_transformers.base.modules.transformer.Transformer"
        listing = [{"idx": 0, "name": "0", "path": "", "type": kind}]
        (folder / "modules.json").write_text(json.dumps(listing), encoding="utf-8")
        (folder / "config_sentence_transformers.json").write_text(
            json.dumps({"model_type": "CrossEncoder", "prompts": {}}), encoding="utf-8"
        )
    return folder


def build_sentence_transformer(folder, *, seed=0, width=WIDTH, pooling="mean"):
    """Save a sentence-transformers checkpoint over such a BERT and return its folder."""
    build_transformer(folder, seed=seed, width=width)
    modules = [("0", "", "Transformer"), ("1", "1_Pooling", "Pooling")]
    listing = [
        {"idx": int(n), "name": n, "path": path, "type": f"sentence_transformers.models.{kind}"}
        for n, path, kind in modules
    ]
    (folder / "modules.json").write_text(json.dumps(listing), encoding="utf-8")
    (folder / "sentence_bert_config.json").write_text(
        json.dumps({"max_seq_length": MAX_LENGTH, "do_lower_case": False}), encoding="utf-8"
    )
    names = {"mean": "mean_tokens", "cls": "cls_token", "max": "max_tokens"}
    config = {f"pooling_mode_{name}": key == pooling for key, name in names.items()}
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": width, **config}), encoding="utf-8"
    )
    return folder
