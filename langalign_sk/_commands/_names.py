"""What people call columns and languages, in the languages that are served most."""

from __future__ import annotations

#: Headers of columns with texts: those that say so, then those that often do.
TEXT = (
    "text texts sentence sentences utterance utterances 문장 텍스트 본문 발화 テキスト 文章 文 "
    "本文 発話 文本 句子 語句 testo testi frase frasi metin metni metinler metinleri cümle "
    "texte textes phrase satz sätze texto textos oración frases văn-bản câu текст предложение "
    "نص",
    "message messages comment comments review reviews body content query question questions "
    "request description input document feedback post tweet chat remark verbatim answer reply "
    "email mail 메시지 내용 댓글 리뷰 질문 문의 문의내용 상담내용 후기 メッセージ 内容 "
    "コメント レビュー 質問 問い合わせ お問い合わせ 问题 內容 评论 評論 消息 訊息 留言 反馈 "
    "messaggio commento recensione domanda richiesta contenuto descrizione mesaj yorum soru "
    "içerik açıklama nachricht kommentar bewertung frage anfrage inhalt beschreibung "
    "commentaire avis demande contenu contenido mensaje comentario reseña pregunta mensagem "
    "сообщение отзыв вопрос",
)
#: Headers of columns with labels.
LABEL = (
    "label labels class classes category categories intent intents 라벨 레이블 분류 카테고리 "
    "범주 의도 클래스 ラベル カテゴリ カテゴリー 分類 意図 クラス 标签 標籤 类别 類別 分类 "
    "意图 etichetta etichette categoria categorie classe intento etiket kategori sınıf niyet "
    "kategorie klasse étiquette catégorie etiqueta categoría clase nhãn метка категория класс "
    "تصنيف",
    "topic topics tag tags sentiment target type group 주제 태그 감정 유형 トピック タグ 感情 "
    "種別 种类 主题 情感 argomento tipo tema konu tür thema art typ sujet type thème "
    "sentimento stimmung duygu assunto тема",
)
#: Headers of columns with the language of each row.
LANG = (
    "lang language locale 언어 言語 语言 語言 lingua dil sprache langue idioma язык ngôn-ngữ",
    "langcode langid",
)
#: Headers of the source side of pairs.
SOURCE = "source src original 원문 원본 原文 原语 sorgente originale kaynak quelle origen origine"
#: Headers of the target side of pairs.
TARGET = (
    "target tgt translation translated 번역 번역문 訳文 翻訳 译文 翻译 譯文 traduzione "
    "destinazione çeviri hedef übersetzung ziel traduction traducción tradução перевод"
)
#: Further words in the names of the sides.
BESIDE = "column version side the 열 列"
#: What languages are called: in English, by themselves, by their neighbours.
LANGUAGES = {
    "en": (
        "eng english englisch anglais inglese inglés inglês ingilizce 영어 英語 英语 英文 "
        "английский"
    ),
    "ko": (
        "kor kr korean koreanisch coréen coreano korece 한국어 한글 국문 韓国語 韩语 韓語 韩文 "
        "корейский"
    ),
    "ja": (
        "jpn jp japanese japanisch japonais giapponese japonés japonca 일본어 일어 日本語 日语 "
        "日語 日文"
    ),
    "zh": (
        "zho chi cn chinese chinesisch chinois cinese chino çince mandarin 중국어 中国語 中文 "
        "汉语 漢語 简体中文 繁體中文 китайский"
    ),
    "de": (
        "deu ger german deutsch allemand tedesco alemán alemão almanca 독일어 ドイツ語 德语 "
        "德語 немецкий"
    ),
    "fr": (
        "fra fre french französisch français francese francés francês fransızca 프랑스어 불어 "
        "フランス語 法语 法語"
    ),
    "it": (
        "ita italian italienisch italien italiano italyanca 이탈리아어 イタリア語 意大利语 義大利語"
    ),
    "tr": "tur turkish türkisch turc turco türkçe 터키어 튀르키예어 トルコ語 土耳其语 турецкий",
    "es": (
        "spa spanish spanisch espagnol spagnolo español espanhol ispanyolca 스페인어 "
        "スペイン語 西班牙语"
    ),
    "pt": (
        "por portuguese portugiesisch portugais portoghese portugués português portekizce "
        "포르투갈어 ポルトガル語 葡萄牙语"
    ),
    "nl": (
        "nld dutch niederländisch néerlandais olandese holandés nederlands hollandaca "
        "네덜란드어 オランダ語"
    ),
    "pl": "pol polish polnisch polonais polacco polaco polski lehçe 폴란드어 ポーランド語 波兰语",
    "ru": "rus russian russisch russe russo ruso русский rusça 러시아어 ロシア語 俄语 俄語",
    "uk": "ukr ua ukrainian ukrainisch ukrainien ucraino українська",
    "vi": (
        "vie vietnamese vietnamesisch vietnamien vietnamita tiếng-việt 베트남어 ベトナム語 越南语"
    ),
    "th": "tha thai thailändisch thaï tailandese ไทย 태국어 タイ語 泰语",
    "id": (
        "ind indonesian indonesisch indonésien indonesiano indonesia 인도네시아어 "
        "インドネシア語 印尼语"
    ),
    "ar": "arabic arabisch arabe arabo árabe arapça العربية 아랍어 アラビア語 阿拉伯语",
    "hi": "hindi हिन्दी 힌디어 ヒンディー語 印地语",
    "cs": "ces cz czech tschechisch tchèque ceco čeština",
    "sv": "swedish schwedisch suédois svedese svenska",
    "da": "danish dänisch danois danese dansk",
    "fi": "finnish finnisch finnois finlandese suomi",
    "hu": "hungarian ungarisch hongrois ungherese magyar",
    "ro": "romanian rumänisch roumain rumeno română",
    "el": "ell gr greek griechisch grec greco ελληνικά",
    "he": "hebrew hebräisch hébreu ebraico עברית",
}
