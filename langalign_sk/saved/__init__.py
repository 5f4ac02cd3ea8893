"""Saved models: JSON and safetensors, read without running anything of them."""

from langalign_sk.saved._folder import (
    MANIFEST as MANIFEST,
    MODEL as MODEL,
    REFERENCE_FILE as REFERENCE_FILE,
    write_manifest as write_manifest,
)
from langalign_sk.saved._hub import from_pretrained, push_to_hub
from langalign_sk.saved._onnx import export_onnx
from langalign_sk.saved._read import load

# For the other rooms.
from langalign_sk.saved._registry import own_classes as own_classes
from langalign_sk.saved._sentence_transformers import to_sentence_transformers
from langalign_sk.saved._tensors import (
    read_tensors as read_tensors,
    write_tensors as write_tensors,
)
from langalign_sk.saved._write import save, save_pretrained, write_files as write_files

__all__ = [
    "export_onnx",
    "from_pretrained",
    "load",
    "push_to_hub",
    "save",
    "save_pretrained",
    "to_sentence_transformers",
]
