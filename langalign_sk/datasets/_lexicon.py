"""Words that fill the slots of the demo templates, row by row in four languages.

One row is one meaning. Columns are English, Korean, Japanese, Chinese; a Chinese product may carry its measure word after a
space. Values may hold ``<polite|formal|casual>`` choices, which the grammar resolves as it does in templates.
"""

# One template and its translations on one line each: they are read side by side.
# ruff: noqa: E501
from __future__ import annotations

Row = tuple[str, str, str, str]

# fmt: off
_DEVICES: tuple[Row, ...] = (
    ("wireless mouse", "무선 마우스", "ワイヤレスマウス", "无线鼠标 个"),
    ("keyboard", "키보드", "キーボード", "键盘 个"),
    ("tablet", "태블릿", "タブレット", "平板电脑 台"),
    ("laptop", "노트북", "ノートパソコン", "笔记本电脑 台"),
    ("monitor", "모니터", "モニター", "显示器 台"),
    ("hair dryer", "헤어드라이어", "ドライヤー", "吹风机 个"),
    ("rice cooker", "전기밥솥", "炊飯器", "电饭煲 个"),
    ("air purifier", "공기청정기", "空気清浄機", "空气净化器 台"),
    ("humidifier", "가습기", "加湿器", "加湿器 台"),
    ("vacuum cleaner", "청소기", "掃除機", "吸尘器 台"),
    ("coffee machine", "커피머신", "コーヒーメーカー", "咖啡机 台"),
    ("desk lamp", "책상 스탠드", "デスクライト", "台灯 盏"),
    ("bluetooth speaker", "블루투스 스피커", "Bluetoothスピーカー", "蓝牙音箱 个"),
    ("smart watch", "스마트워치", "スマートウォッチ", "智能手表 块"),
    ("electric kettle", "전기포트", "電気ケトル", "电热水壶 个"),
    ("electric toothbrush", "전동칫솔", "電動歯ブラシ", "电动牙刷 支"),
    ("toaster", "토스터", "トースター", "烤面包机 台"),
    ("printer", "프린터", "プリンター", "打印机 台"),
)

_WEAR: tuple[Row, ...] = (
    ("winter coat", "겨울 코트", "冬用コート", "大衣 件"),
    ("raincoat", "우비", "レインコート", "雨衣 件"),
    ("hoodie", "후드티", "パーカー", "连帽卫衣 件"),
    ("dress", "원피스", "ワンピース", "连衣裙 条"),
    ("shirt", "셔츠", "シャツ", "衬衫 件"),
    ("cardigan", "카디건", "カーディガン", "针织开衫 件"),
    ("skirt", "치마", "スカート", "半身裙 条"),
    ("swimsuit", "수영복", "水着", "泳衣 件"),
    ("down jacket", "패딩", "ダウンジャケット", "羽绒服 件"),
    ("sweater", "스웨터", "セーター", "毛衣 件"),
    ("T-shirt", "티셔츠", "Tシャツ", "T恤 件"),
    ("denim jacket", "청재킷", "デニムジャケット", "牛仔外套 件"),
)

_BOTTLES: tuple[Row, ...] = (
    ("shampoo", "샴푸", "シャンプー", "洗发水 瓶"),
    ("perfume", "향수", "香水", "香水 瓶"),
    ("sunscreen", "선크림", "日焼け止め", "防晒霜 支"),
    ("olive oil", "올리브유", "オリーブオイル", "橄榄油 瓶"),
    ("hand cream", "핸드크림", "ハンドクリーム", "护手霜 支"),
    ("laundry detergent", "세탁 세제", "洗濯洗剤", "洗衣液 瓶"),
    ("honey", "꿀", "はちみつ", "蜂蜜 瓶"),
    ("soy sauce", "간장", "醤油", "酱油 瓶"),
    ("fabric softener", "섬유유연제", "柔軟剤", "柔顺剂 瓶"),
    ("body wash", "바디워시", "ボディソープ", "沐浴露 瓶"),
)

_FRAGILE: tuple[Row, ...] = (
    ("mug", "머그컵", "マグカップ", "马克杯 个"),
    ("wine glass", "와인잔", "ワイングラス", "红酒杯 个"),
    ("flower vase", "꽃병", "花瓶", "花瓶 个"),
    ("mirror", "거울", "鏡", "镜子 面"),
    ("plate set", "접시 세트", "お皿のセット", "餐盘套装 套"),
    ("teapot", "찻주전자", "急須", "茶壶 个"),
    ("picture frame", "액자", "フォトフレーム", "相框 个"),
    ("glass bowl", "유리그릇", "ガラスボウル", "玻璃碗 个"),
    ("phone case", "휴대폰 케이스", "スマホケース", "手机壳 个"),
    ("lunch box", "도시락통", "お弁当箱", "饭盒 个"),
)

_GOODS: tuple[Row, ...] = (
    ("backpack", "백팩", "リュック", "双肩包 个"),
    ("suitcase", "캐리어", "スーツケース", "行李箱 个"),
    ("wallet", "지갑", "財布", "钱包 个"),
    ("umbrella", "우산", "傘", "雨伞 把"),
    ("office chair", "사무용 의자", "オフィスチェア", "办公椅 把"),
    ("bookshelf", "책장", "本棚", "书架 个"),
    ("mattress", "매트리스", "マットレス", "床垫 张"),
    ("blanket", "담요", "毛布", "毛毯 条"),
    ("pillow", "베개", "枕", "枕头 个"),
    ("yoga mat", "요가 매트", "ヨガマット", "瑜伽垫 张"),
    ("tent", "텐트", "テント", "帐篷 顶"),
    ("sleeping bag", "침낭", "寝袋", "睡袋 个"),
    ("tumbler", "텀블러", "タンブラー", "保温杯 个"),
    ("stroller", "유모차", "ベビーカー", "婴儿车 辆"),
    ("board game", "보드게임", "ボードゲーム", "桌游 套"),
    ("necklace", "목걸이", "ネックレス", "项链 条"),
    ("frying pan", "프라이팬", "フライパン", "平底锅 个"),
    ("bicycle helmet", "자전거 헬멧", "自転車用ヘルメット", "自行车头盔 个"),
    ("cat tower", "캣타워", "キャットタワー", "猫爬架 个"),
    ("rug", "러그", "ラグ", "地毯 块"),
    ("guitar", "기타", "ギター", "吉他 把"),
)

_FAULTS: tuple[Row, ...] = (
    ("won't turn on", "전원이 <안 켜져요|켜지지 않습니다|안 켜져>", "電源が<入りません|入らない>", "开不了机"),
    ("keeps shutting down", "자꾸 <꺼져요|꺼집니다|꺼져>", "すぐに電源が<切れます|切れる>", "老是自己断电"),
    ("makes a strange noise", "이상한 소리가 <나요|납니다|나>", "変な音が<します|する>", "总有怪声"),
    ("smells like burning", "타는 냄새가 <나요|납니다|나>", "焦げ臭い<です|>", "有股烧焦味"),
    ("keeps blinking", "불이 계속 <깜빡거려요|깜빡거립니다|깜빡거려>", "ランプがずっと点滅<しています|してる>", "指示灯一直闪"),
    ("stopped working after a day", "하루 만에 고장이 <났어요|났습니다|났어>", "一日で<壊れました|壊れた>", "用了一天就坏了"),
    ("has a button that doesn't work", "버튼이 안 <눌려요|눌립니다|눌려>", "ボタンが<反応しません|反応しない>", "按键失灵"),
    ("is missing a part", "부품이 하나 <빠져 있어요|빠져 있습니다|빠져 있어>", "部品が一つ<足りません|足りない>", "少了个零件"),
)

_DAMAGES: tuple[Row, ...] = (
    ("has a hole in it", "구멍이 <나 있어요|나 있습니다|나 있어>", "穴が<開いています|開いてる>", "破了个洞"),
    ("has a stain on it", "얼룩이 <묻어 있어요|묻어 있습니다|묻어 있어>", "シミが<付いています|付いてる>", "有块污渍"),
    ("has a torn seam", "바느질이 <터져 있어요|터져 있습니다|터져 있어>", "縫い目が<ほつれています|ほつれてる>", "开线了"),
    ("smells strange", "이상한 냄새가 <나요|납니다|나>", "変な臭いが<します|する>", "有股怪味"),
    ("lost its color after one wash", "한 번 빨았더니 물이 <빠졌어요|빠졌습니다|빠졌어>", "一回洗っただけで色が<落ちました|落ちた>", "洗一次就掉色了"),
    ("looks like someone has worn it", "누가 입던 옷 <같아요|같습니다|같아>", "誰かが着たもの<のようです|みたい>", "像是别人穿过的"),
)

_FEATURES: tuple[Row, ...] = (
    ("come with a two-year warranty", "2년 보증이 <되나요|됩니까|돼>", "2年保証は<付いていますか|付いてる>", "有两年质保吗"),
    ("work on 220 volts", "220볼트에서도 <쓸 수 있나요|쓸 수 있습니까|쓸 수 있어>", "220ボルトでも<使えますか|使える>", "220伏电压能用吗"),
    ("connect to a phone", "휴대폰이랑 <연결되나요|연결됩니까|연결돼>", "スマホと<つながりますか|つながる>", "能连手机吗"),
    ("make a lot of noise", "소음이 <심한가요|심합니까|심해>", "音は<うるさいですか|うるさい>", "噪音大吗"),
    ("use much electricity", "전기를 많이 <먹나요|먹습니까|먹어>", "電気代は<かかりますか|かかる>", "费电吗"),
    ("come in other colors", "다른 색도 <있나요|있습니까|있어>", "他の色も<ありますか|ある>", "有别的颜色吗"),
    ("have an English manual", "영어 설명서도 <있나요|있습니까|있어>", "英語の説明書は<ありますか|ある>", "有英文说明书吗"),
    ("turn off by itself", "자동으로 <꺼지나요|꺼집니까|꺼져>", "自動で電源が<切れますか|切れる>", "会自动断电吗"),
)

_REASONS: tuple[Row, ...] = (
    ("I found it cheaper elsewhere", "다른 데서 더 싸게 팔아서", "他でもっと安く売っていたので", "别家卖得更便宜"),
    ("my plans changed", "일정이 바뀌어서", "予定が変わったので", "我的计划变了"),
    ("I was given the same one as a present", "똑같은 걸 선물로 받아서", "同じものをプレゼントでもらったので", "别人送了我一个一样的"),
    ("I don't need it any more", "이제 필요가 없어져서", "もう必要なくなったので", "现在用不上了"),
    ("my family doesn't like it", "가족들이 마음에 안 든다고 해서", "家族に不評だったので", "家里人不喜欢"),
    ("I simply changed my mind", "그냥 마음이 바뀌어서", "気が変わったので", "我改主意了"),
    ("I chose the wrong option", "옵션을 잘못 골라서", "種類を間違えて選んだので", "我选错款式了"),
    ("money is tight this month", "이번 달에 돈이 좀 부족해서", "今月はお金が厳しいので", "我这个月手头有点紧"),
)

_LEAVING: tuple[Row, ...] = (
    ("I get too many ads from you", "광고 메일이 너무 많이 와서", "広告メールが多すぎるので", "广告邮件太多"),
    ("I'm worried about my personal data", "개인정보가 걱정돼서", "個人情報が心配なので", "我担心个人信息泄露"),
    ("I made another account", "다른 아이디를 새로 만들어서", "別のアカウントを作ったので", "我另开了一个账号"),
    ("I shop elsewhere now", "이제 다른 쇼핑몰을 써서", "今は他の店を使っているので", "我现在都在别家买"),
    ("the app is hard to use", "앱이 쓰기 불편해서", "アプリが使いにくいので", "软件不好用"),
    ("I'm moving abroad", "해외로 나가게 돼서", "海外に引っ越すので", "我要出国了"),
)

_WHEN: tuple[Row, ...] = (
    ("yesterday", "어제", "昨日", "昨天"),
    ("this morning", "오늘 아침에", "今朝", "今天早上"),
    ("last night", "어젯밤에", "昨夜", "昨晚"),
    ("the day before yesterday", "그저께", "おととい", "前天"),
    ("last Monday", "지난주 월요일에", "先週の月曜日に", "上周一"),
    ("last Friday", "지난주 금요일에", "先週の金曜日に", "上周五"),
    ("last weekend", "지난 주말에", "先週末に", "上周末"),
    ("three days ago", "3일 전에", "3日前に", "三天前"),
    ("two weeks ago", "2주 전에", "2週間前に", "两个星期前"),
    ("last month", "지난달에", "先月", "上个月"),
    ("on the 3rd", "3일에", "3日に", "3号"),
    ("on the 18th", "18일에", "18日に", "18号"),
    ("during the sale", "세일 때", "セールのときに", "打折的时候"),
    ("over the holidays", "연휴 때", "連休中に", "放假的时候"),
)

_DAYS: tuple[Row, ...] = (
    ("tomorrow", "내일", "明日", "明天"),
    ("the day after tomorrow", "모레", "あさって", "后天"),
    ("this Friday", "이번 주 금요일", "今週の金曜日", "这周五"),
    ("this weekend", "이번 주말", "今週末", "这个周末"),
    ("next Monday", "다음 주 월요일", "来週の月曜日", "下周一"),
    ("next Thursday", "다음 주 목요일", "来週の木曜日", "下周四"),
    ("the 9th", "9일", "9日", "9号"),
    ("the 15th", "15일", "15日", "15号"),
    ("the 24th", "24일", "24日", "24号"),
    ("the end of the month", "이달 말", "今月末", "月底"),
    ("Christmas", "크리스마스", "クリスマス", "圣诞节"),
)

_SPANS: tuple[Row, ...] = (
    ("three days", "3일", "3日", "三天"),
    ("four days", "4일", "4日", "四天"),
    ("five days", "5일", "5日", "五天"),
    ("a week", "일주일", "1週間", "一个星期"),
    ("eight days", "8일", "8日", "八天"),
    ("ten days", "열흘", "10日", "十天"),
    ("two weeks", "2주", "2週間", "两个星期"),
    ("three weeks", "3주", "3週間", "三个星期"),
    ("a month", "한 달", "1か月", "一个月"),
    ("two months", "두 달", "2か月", "两个月"),
)

_CITIES: tuple[Row, ...] = (
    ("Seoul", "서울", "ソウル", "首尔"),
    ("Busan", "부산", "釜山", "釜山"),
    ("Incheon", "인천", "仁川", "仁川"),
    ("Daegu", "대구", "大邱", "大邱"),
    ("Tokyo", "도쿄", "東京", "东京"),
    ("Osaka", "오사카", "大阪", "大阪"),
    ("Nagoya", "나고야", "名古屋", "名古屋"),
    ("Fukuoka", "후쿠오카", "福岡", "福冈"),
    ("Beijing", "베이징", "北京", "北京"),
    ("Shanghai", "상하이", "上海", "上海"),
    ("Shenzhen", "선전", "深圳", "深圳"),
    ("Chengdu", "청두", "成都", "成都"),
    ("Sydney", "시드니", "シドニー", "悉尼"),
    ("London", "런던", "ロンドン", "伦敦"),
    ("Toronto", "토론토", "トロント", "多伦多"),
    ("Berlin", "베를린", "ベルリン", "柏林"),
)

_PLACES: tuple[Row, ...] = (
    ("my office", "회사", "会社", "公司"),
    ("my parents' house", "부모님 댁", "実家", "父母家"),
    ("a friend's house", "친구 집", "友達の家", "朋友家"),
    ("the dormitory", "기숙사", "寮", "宿舍"),
    ("the school", "학교", "学校", "学校"),
    ("the convenience store", "편의점", "コンビニ", "便利店"),
    ("my sister's place", "여동생 집", "妹の家", "妹妹家"),
    ("the hotel", "호텔", "ホテル", "酒店"),
    ("the parcel locker", "무인 택배함", "宅配ボックス", "快递柜"),
    ("the guard's office", "경비실", "管理人室", "门卫室"),
    ("our shop", "<저희|저희|우리> 가게", "うちの店", "我们店里"),
)

_PAY: tuple[Row, ...] = (
    ("credit card", "신용카드", "クレジットカード", "信用卡"),
    ("debit card", "체크카드", "デビットカード", "借记卡"),
    ("bank transfer", "계좌이체", "銀行振込", "银行转账"),
    ("gift card", "기프트카드", "ギフトカード", "礼品卡"),
    ("mobile payment", "간편결제", "スマホ決済", "手机支付"),
    ("prepaid card", "선불카드", "プリペイドカード", "预付卡"),
    ("company card", "법인카드", "法人カード", "公司的卡"),
)

_COLORS: tuple[Row, ...] = (
    ("black", "검은색", "黒", "黑色"),
    ("navy", "남색", "ネイビー", "藏青色"),
    ("white", "흰색", "白", "白色"),
    ("beige", "베이지색", "ベージュ", "米色"),
    ("red", "빨간색", "赤", "红色"),
    ("gray", "회색", "グレー", "灰色"),
    ("green", "초록색", "緑", "绿色"),
    ("pink", "분홍색", "ピンク", "粉色"),
    ("brown", "갈색", "茶色", "棕色"),
    ("blue", "파란색", "青", "蓝色"),
    ("yellow", "노란색", "黄色", "黄色"),
    ("purple", "보라색", "紫", "紫色"),
)

_PEOPLE: tuple[Row, ...] = (
    ("my mother", "어머니", "母", "我妈妈"),
    ("my younger brother", "남동생", "弟", "我弟弟"),
    ("my younger sister", "여동생", "妹", "我妹妹"),
    ("my grandmother", "할머니", "祖母", "我奶奶"),
    ("a friend", "친구", "友達", "朋友"),
    ("a colleague", "직장 동료", "同僚", "同事"),
    ("my nephew", "조카", "甥", "我侄子"),
    ("my daughter", "딸", "娘", "我女儿"),
    ("my son", "아들", "息子", "我儿子"),
    ("my husband", "남편", "夫", "我老公"),
    ("my wife", "아내", "妻", "我老婆"),
    ("my roommate", "룸메이트", "ルームメイト", "我室友"),
    ("my neighbor", "옆집 사람", "隣の人", "我邻居"),
)

_GADGETS: tuple[Row, ...] = (
    ("phone", "휴대폰", "スマホ", "手机"),
    ("work computer", "회사 컴퓨터", "会社のパソコン", "公司电脑"),
    ("home computer", "집 컴퓨터", "家のパソコン", "家里的电脑"),
    ("new phone", "새 휴대폰", "新しいスマホ", "新手机"),
    ("iPad", "아이패드", "iPad", "iPad"),
    ("laptop", "노트북", "ノートパソコン", "笔记本电脑"),
    ("old phone", "예전 휴대폰", "古いスマホ", "旧手机"),
)

_MAILS: tuple[Row, ...] = (
    ("Gmail address", "지메일 주소", "Gmailのアドレス", "谷歌邮箱"),
    ("work email", "회사 메일", "会社のメール", "公司邮箱"),
    ("school email", "학교 메일", "学校のメール", "学校邮箱"),
    ("Naver email", "네이버 메일", "Naverのメール", "Naver邮箱"),
    ("Outlook address", "아웃룩 메일", "Outlookのメール", "Outlook邮箱"),
    ("iCloud address", "아이클라우드 메일", "iCloudのメール", "iCloud邮箱"),
    ("Yahoo address", "야후 메일", "Yahooのメール", "雅虎邮箱"),
)

_SECRETS: tuple[Row, ...] = (
    ("password", "비밀번호", "パスワード", "密码"),
    ("username", "아이디", "ユーザーID", "用户名"),
    ("PIN", "간편 비밀번호", "暗証番号", "PIN码"),
    ("security answer", "본인 확인 질문의 답", "秘密の質問の答え", "密保答案"),
)

_WEEKDAYS: tuple[Row, ...] = (
    ("Monday", "월요일", "月曜日", "周一"),
    ("Tuesday", "화요일", "火曜日", "周二"),
    ("Wednesday", "수요일", "水曜日", "周三"),
    ("Thursday", "목요일", "木曜日", "周四"),
    ("Friday", "금요일", "金曜日", "周五"),
    ("Saturday", "토요일", "土曜日", "周六"),
    ("Sunday", "일요일", "日曜日", "周日"),
)

_HOURS: tuple[Row, ...] = (
    ("nine in the morning", "오전 9시", "午前9時", "上午九点"),
    ("ten in the morning", "오전 10시", "午前10時", "上午十点"),
    ("noon", "정오", "正午", "中午十二点"),
    ("two in the afternoon", "오후 2시", "午後2時", "下午两点"),
    ("half past three", "3시 반", "3時半", "三点半"),
    ("six in the evening", "저녁 6시", "夕方6時", "傍晚六点"),
    ("eight in the evening", "저녁 8시", "夜8時", "晚上八点"),
)

_FOODS: tuple[Row, ...] = (
    ("curry", "카레", "カレー", "咖喱"),
    ("ramen", "라멘", "ラーメン", "拉面"),
    ("pizza", "피자", "ピザ", "披萨"),
    ("dumplings", "만두", "餃子", "饺子"),
    ("fried chicken", "치킨", "フライドチキン", "炸鸡"),
    ("pasta", "파스타", "パスタ", "意大利面"),
    ("sushi", "초밥", "寿司", "寿司"),
    ("bibimbap", "비빔밥", "ビビンバ", "石锅拌饭"),
    ("cold noodles", "냉면", "冷麺", "冷面"),
    ("salad", "샐러드", "サラダ", "沙拉"),
    ("grilled fish", "생선구이", "焼き魚", "烤鱼"),
    ("cheesecake", "치즈케이크", "チーズケーキ", "芝士蛋糕"),
)

_HOBBIES: tuple[Row, ...] = (
    ("hiking", "등산", "登山", "爬山"),
    ("swimming", "수영", "水泳", "游泳"),
    ("yoga", "요가", "ヨガ", "瑜伽"),
    ("cooking", "요리", "料理", "做饭"),
    ("photography", "사진", "写真", "摄影"),
    ("fishing", "낚시", "釣り", "钓鱼"),
    ("reading", "독서", "読書", "看书"),
    ("gardening", "화초 가꾸기", "ガーデニング", "养花"),
    ("running", "달리기", "ランニング", "跑步"),
    ("camping", "캠핑", "キャンプ", "露营"),
    ("table tennis", "탁구", "卓球", "打乒乓球"),
)

_WEATHER: tuple[Row, ...] = (
    ("it rained", "비가 <왔어요|왔습니다|왔어>", "雨が<降りました|降った>", "下雨了"),
    ("it snowed", "눈이 <왔어요|왔습니다|왔어>", "雪が<降りました|降った>", "下雪了"),
    ("the wind was strong", "바람이 많이 <불었어요|불었습니다|불었어>", "風が<強かったです|強かった>", "风很大"),
    ("it was very hot", "정말 <더웠어요|더웠습니다|더웠어>", "とても<暑かったです|暑かった>", "特别热"),
    ("it was foggy", "안개가 <꼈어요|꼈습니다|꼈어>", "霧が<出ていました|出てた>", "起雾了"),
    ("the sky was clear", "하늘이 <맑았어요|맑았습니다|맑았어>", "空が<晴れていました|晴れてた>", "天气晴朗"),
    ("it was cold", "날씨가 <추웠어요|추웠습니다|추웠어>", "<寒かったです|寒かった>", "挺冷的"),
)

_SHOPS: tuple[Row, ...] = (
    ("Bluebird Market", "파랑새마켓", "青い鳥マーケット", "青鸟商城"),
    ("Moon Rabbit", "달토끼상점", "月うさぎ商店", "月兔小店"),
    ("Little Whale", "꼬마고래", "こくじら堂", "小鲸鱼铺"),
    ("Pine Street Mall", "소나무몰", "松通りモール", "松树街商场"),
    ("Daily Basket", "데일리바구니", "デイリーかご", "天天购物篮"),
)

# fmt: on


def _same(values: list[str]) -> tuple[Row, ...]:
    """Rows written alike in every language (order numbers, heights)."""
    return tuple((value, value, value, value) for value in values)


def _with_units(numbers: tuple[int, ...], units: Row) -> tuple[Row, ...]:
    """Rows of a number followed by its unit."""
    en, ko, ja, zh = units
    return tuple((f"{n}{en}", f"{n}{ko}", f"{n}{ja}", f"{n}{zh}") for n in numbers)


LEXICON: dict[str, tuple[Row, ...]] = {
    "device": _DEVICES,
    "wear": _WEAR,
    "bottle": _BOTTLES,
    "fragile": _FRAGILE,
    "goods": _GOODS,
    "item": _DEVICES + _WEAR + _FRAGILE + _GOODS,
    "fault": _FAULTS,
    "damage": _DAMAGES,
    "feature": _FEATURES,
    "reason": _REASONS,
    "leaving": _LEAVING,
    "when": _WHEN,
    "day": _DAYS,
    "span": _SPANS,
    "city": _CITIES,
    "place": _PLACES,
    "pay": _PAY,
    "color": _COLORS,
    "person": _PEOPLE,
    "gadget": _GADGETS,
    "mail": _MAILS,
    "secret": _SECRETS,
    "weekday": _WEEKDAYS,
    "hour": _HOURS,
    "food": _FOODS,
    "hobby": _HOBBIES,
    "weather": _WEATHER,
    "shop": _SHOPS,
    "order": _same([str(20011 + 1913 * k) for k in range(40)]),
    "digits": _same([str(1009 + 307 * k) for k in range(28)]),
    "room": _with_units(
        (101, 203, 304, 402, 505, 607, 708, 801, 903, 1004, 1102, 1206), ("", "호", "号室", "室")
    ),
    "amount": _with_units(
        (12, 15, 18, 25, 30, 45, 60, 75, 80, 95, 120, 150, 200),
        (" dollars", "달러", "ドル", "美元"),
    ),
    "months": _with_units((2, 3, 6, 10, 12), (" months", "개월", "か月", "个月")),
    "height": _with_units(
        (152, 158, 163, 168, 172, 176, 181, 185), (" cm tall", "cm", "cm", "厘米")
    ),
    "size": (
        ("size XS", "XS 사이즈", "XSサイズ", "XS码"),
        ("size S", "S 사이즈", "Sサイズ", "S码"),
        ("size M", "M 사이즈", "Mサイズ", "M码"),
        ("size L", "L 사이즈", "Lサイズ", "L码"),
        ("size XL", "XL 사이즈", "XLサイズ", "XL码"),
    ),
}
