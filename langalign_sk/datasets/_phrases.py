"""What people put around a request, row by row in English, Korean, Japanese, Chinese: greetings, thanks, asides."""

# One template and its translations on one line each: they are read side by side.
# ruff: noqa: E501
from __future__ import annotations

Row = tuple[str, str, str, str]

# fmt: off
OPENERS: tuple[Row, ...] = (
    ("Hi!", "<안녕하세요.|안녕하십니까.|안녕!>", "<こんにちは。|どうも。>", "<您好，|你好，>"),
    ("Hello.", "<안녕하세요,|안녕하십니까,|저기,>", "<お世話になっております。|すみません、>", "你好，"),
    ("Sorry to bother you.", "<번거롭게 해서 죄송한데요,|번거로우시겠지만|귀찮게 해서 미안한데>", "<お手数ですが、|悪いけど、>", "不好意思打扰一下，"),
    ("Excuse me.", "<저기요,|실례합니다.|저기 있잖아,>", "<すみません、|ねえ、>", "打扰一下，"),
    ("I have something to ask.", "<문의드려요.|문의드립니다.|물어볼 게 있어.>", "<問い合わせです。|ちょっと聞きたいんだけど、>", "咨询一下，"),
    ("Is anyone there?", "<상담원 계세요?|상담 가능합니까?|누구 있어?>", "<どなたかいらっしゃいますか。|誰かいる？>", "<您好，在吗？|在吗？>"),
)

CLOSERS: tuple[Row, ...] = (
    ("Thanks.", "<감사합니다.|감사합니다.|고마워.>", "<よろしくお願いします。|よろしく。>", "谢谢<您|>。"),
    ("Please hurry.", "빨리 좀 <부탁드려요|부탁드립니다|부탁해>.", "<お急ぎでお願いします|急いでほしい>。", "麻烦<您|>快一点。"),
    ("I'm waiting for your answer.", "답변 <기다릴게요|기다리겠습니다|기다릴게>.", "<お返事をお待ちしています|返事待ってる>。", "等<您|你>回复。"),
    ("Please look into it.", "확인 <부탁드려요|부탁드립니다|부탁해>.", "<ご確認をお願いします|確認よろしく>。", "麻烦<您|>看一下。"),
    ("Anything you can do would help.", "<도와주시면 감사하겠어요|도와주시면 감사하겠습니다|도와주면 좋겠어>.", "<ご対応いただけると助かります|何とかしてくれると助かる>。", "希望能帮我处理一下。"),
)

# Said before the request and beside the point.
ASIDES: tuple[Row, ...] = (
    ("This is my first time [shopping here|using this shop].", "여기서 처음 <사 봤어요|구매해 봤습니다|사 봤어>.", "こちらで買うのは<初めてです|初めて>。", "我第一次在你们家买东西。"),
    ("I already called twice.", "전화도 두 번이나 <했어요|했습니다|했어>.", "もう二回<電話しました|電話した>。", "我已经打过两次电话了。"),
    ("I can't find the answer on your website.", "홈페이지를 봐도 답이 <없네요|없습니다|없네>.", "サイトを見ても<分かりませんでした|分からなかった>。", "网站上没找到答案。"),
    ("I'm in a bit of a hurry.", "<제가|제가|내가> 좀 <급해요|급합니다|급해>.", "少し急いで<います|る>。", "我有点急。"),
    ("I've been a customer for years.", "오래된 단골<이에요|입니다|이야>.", "長年利用して<います|る>。", "我是老顾客了。"),
    ("The chatbot was no help.", "챗봇은 도움이 안 <되네요|됩니다|되네>.", "チャットボットでは<解決しませんでした|解決しなかった>。", "机器人客服没用。"),
    ("I'm writing for my mother.", "어머니 대신 <여쭤봐요|여쭤봅니다|물어봐>.", "母の代わりに連絡して<います|る>。", "我替我妈妈问的。"),
)

# Said before the request, in the words of another intent (the key), to deny or to praise: a reader is not misled.
DETOURS: dict[str, Row] = {
    "payment": ("The payment itself went through fine.", "결제는 문제없이 <됐어요|됐습니다|됐어>.", "支払いは問題<ありませんでした|なかった>。", "付款没有问题。"),
    "delivery": ("Delivery was quick last time.", "지난번에는 배송이 <빨랐어요|빨랐습니다|빨랐어>.", "前回は配送が<早かったです|早かった>。", "上次送得挺快的。"),
    "account": ("I can log in without any problem.", "로그인은 잘 <돼요|됩니다|돼>.", "ログインは問題なく<できます|できる>。", "登录没问题。"),
    "refund": ("The last time I got a refund here it was easy.", "전에 환불받을 때는 <간단했어요|간단했습니다|간단했어>.", "前に返金してもらったときは<簡単でした|簡単だった>。", "以前退款很方便。"),
    "defect": ("I have never had anything broken from you.", "여기 물건이 고장 난 적은 <없었어요|없었습니다|없었어>.", "こちらの商品が壊れたことは<ありません|ない>。", "以前在这儿买的东西没坏过。"),
    "address": ("My address is still the same.", "주소는 그대로<예요|입니다|야>.", "住所は変わって<いません|ない>。", "地址没变。"),
    "product": ("I read the product page carefully.", "상품 설명은 꼼꼼히 <읽었어요|읽었습니다|읽었어>.", "商品説明はよく<読みました|読んだ>。", "商品介绍我仔细看过了。"),
    "cancel": ("I'm not asking to cancel anything.", "취소하겠다는 건 <아니에요|아닙니다|아니야>.", "キャンセルしたいわけでは<ありません|ない>。", "我不是要取消。"),
}
# fmt: on
