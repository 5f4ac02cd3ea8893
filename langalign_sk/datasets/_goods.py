"""Templates of two intents about goods: defect, product (the notation is explained in ``_grammar.py``)."""

# One template and its translations on one line each: they are read side by side.
# ruff: noqa: E501
from __future__ import annotations

GOODS = """
# defect.device
en: The {device} {fault}
en: I have a problem with [my|the] {device}: it {fault}
ko: {device}[ <있잖아요,|문의드립니다.|있잖아,>|~이 <문제예요|문제입니다|문제야>.|<인데요|입니다만|인데>] {fault}
ko: [산|받은] {device}, {fault}
ko*: {device} 써 보려는데 {fault}
ja: {device}[<ですが、|だけど、>|<なんですけど、|なんだけど、>|<の件です。|の件。>]{fault}
ja: [買った|届いた]{device}、{fault}
ja*: {device}を使おうと<しましたが|したら>、{fault}
zh: {device}{fault}
zh: [买|收到]的{device}{fault}
zh*: 刚想用{device}，发现{fault}

# defect.device_when
en: The {device} I [got|bought] {when} {fault}
en: I unpacked the {device} {when} and it {fault}
ko: {when} [받은|산] {device}<인데|입니다만|인데> {fault}
ko: {when} {device} 포장을 뜯었는데 {fault}
ko*: {when} 처음 켜 본 {device}, 정상이 <아니에요|아닙니다|아니야>. {fault}
ja: {when}[届いた|買った]{device}<ですが|だけど>、{fault}
ja: {when}{device}を開封<しましたが|したけど>、{fault}
ja*: {when}初めて触った{device}、正常では<ありません|ない>。{fault}
zh: {when}[收到|买]的{device}{fault}
zh: 我{when}拆开{device}，{fault}
zh*: {when}第一次用{device}就不正常，{fault}

# defect.wear
en: The {wear} [I got|you sent me] {damage}
en: I just opened the parcel and the {wear} {damage}
ko: [받은|배송된] {wear} 상태가 안 <좋아요|좋습니다|좋아>. {damage}
ko: {wear} 꺼내 보니 {damage}
ko*: 새로 온 {wear}~을 입으려고 봤더니 {damage}
ja: [届いた|受け取った]{wear}<ですが|だけど>、{damage}
ja: {wear}を開けてみたら、{damage}
ja*: 新しい{wear}を着ようとしたら、{damage}
zh: [收到|寄来]的{wear}{damage}
zh: 刚拆开包裹，{wear}{damage}
zh*: 新到的{wear}正想穿，一看{damage}

# defect.broken
en: The {fragile} that came {when} [is cracked|arrived broken|is in pieces]
en: I opened the box {when} and the {fragile} was [broken|cracked]
ko: {when} 온 {fragile}~이 [깨져 <있어요|있습니다|있어>|금이 가 <있어요|있습니다|있어>]
ko: {when} 상자를 열었더니 {fragile}~이 [박살 <나 있었어요|나 있었습니다|나 있었어>|파손돼 <있었어요|있었습니다|있었어>]
ko*: {fragile}, {when} 받자마자 보니까 성한 데가 <없네요|없습니다|없네>
ja: {when}届いた{fragile}が[割れて|ひび割れて]<います|る>
ja: {when}箱を開けたら{fragile}が[壊れて|割れて]<いました|た>
ja*: {fragile}、{when}受け取ってすぐ見たらひどい状態<でした|だった>
zh: {when}到的{fragile}[碎了|裂了|是坏的]
zh: {when}打开箱子，{fragile}已经[碎了|破了]
zh*: {fragile}{when}拿到手一看没法用了

# defect.leaked
en: The {bottle} leaked all over the box of order {order}
en: In order {order} the {bottle} was half empty and everything was wet
ko: 주문 {order} 상자 안에서 {bottle}~이 다 [샜<어요|습니다|어>|흘렀<어요|습니다|어>]
ko: {order}번으로 온 {bottle} 뚜껑이 열려서 [반이 없<어요|습니다|어>|다 쏟아졌<어요|습니다|어>]
ko*: {order}번 택배가 {bottle} 때문에 축축하게 젖어서 <왔어요|왔습니다|왔어>
ja: 注文{order}の箱の中で{bottle}が[漏れて|こぼれて]<いました|た>
ja: {order}で届いた{bottle}のふたが開いていて、[半分しか<ありません|ない>|全部こぼれて<います|る>]
ja*: {order}の荷物が{bottle}でびしょびしょになって<いました|た>
zh: 订单{order}里的{bottle}漏得[到处都是|满箱都是]
zh: {order}收到的{bottle}盖子松了，[只剩一半|全洒了]
zh*: {order}的包裹被{bottle}弄得湿透了

# defect.wrong_color
en: I got the {item} in {color}, which is not what I ordered
en: You sent me a {color} {item}, but I [ordered|chose] a different one
ko: {item}~이 {color}~으로 왔는데 <제가|제가|내가> 주문한 게 <아니에요|아닙니다|아니야>
ko: 다른 걸 시켰는데 {color} {item}~이 [왔<어요|습니다|어>|잘못 왔<어요|습니다|어>]
ko*: 상자에 {color} {item}~이 들어 <있네요|있습니다|있네>. 물건이 바뀐 것 <같아요|같습니다|같아>
ja: {item}が{color}で届<きましたが、注文したものと違います|いたけど、注文したのと違う>
ja: 別のものを頼んだのに、{color}の{item}が[来<ました|た>|届<きました|いた>]
ja*: 箱に{color}の{item}が入って<います。品物を取り違えたようです|る。品物を取り違えたみたい>
zh: {item}发成{color}的了，不是我[订|买]的
zh: 我买的是别的，却[收到|寄来]{color}的{item}
zh*: 盒子里是{color}的{item}，像是拿错了

# defect.wrong_size
en: The label of the {wear} says {size}, but it's far too small
en: I ordered {size} and the {wear} that came is a completely different size
ko: {wear} 라벨은 {size}<인데|입니다만|인데> 실제로는 [훨씬|너무] <작아요|작습니다|작아>
ko: {size}~으로 주문했는데 [다른 사이즈|엉뚱한] {wear}~이 <왔어요|왔습니다|왔어>
ko*: {wear} {size} 맞게 시켰는데 불량인지 몸이 안 <들어가요|들어갑니다|들어가>
ja: {wear}のタグは{size}<ですが|だけど>、実際は[ずっと小さい<です|>|小さすぎ<ます|る>]
ja: {size}を注文したのに、[違うサイズの|別の]{wear}が来<ました|た>
ja*: {wear}は{size}で合っているのに、作りがおかしくて着られ<ません|ない>
zh: {wear}标签写着{size}，实际[小很多|太小了]
zh: 买的是{size}，[发来|收到]的{wear}根本不是这个码
zh*: {wear}{size}没拍错，做得有问题穿不进去

# defect.missing_part
en: A part is missing from the {device} in order {order}
en: The box of order {order} has no screws and no manual for the {device}
ko: 주문 {order} {device}에 부품이 하나 [없<어요|습니다|어>|빠졌<어요|습니다|어>]
ko: {order}번 {device} 상자에 설명서도 나사도 <없어요|없습니다|없어>
ko*: {device}({order}번) 구성품이 다 안 들어 있<네요|습니다|네>
ja: 注文{order}の{device}の部品が一つ[足り<ません|ない>|入って<いません|ない>]
ja: {order}の箱に{device}の説明書もねじも<ありません|ない>
ja*: {device}（{order}）の付属品が揃って<いません|ない>
zh: 订单{order}的{device}少了[一个配件|个零件]
zh: {order}的箱子里没有{device}的说明书和螺丝
zh*: {device}（{order}）东西没配齐

# defect.want_working
en: I don't need my money back, just a {device} that works: this one {fault}
en: No refund please, I only want the {device} exchanged because it {fault}
ko: 환불은 됐고 멀쩡한 {device}~으로 바꿔 <주세요|주십시오|줘>. {fault}
ko: {device}, {fault}. 돈 말고 [새 걸로 교환|제대로 된 걸로 교환]해 <주세요|주시기 바랍니다|줘>
ko*: {device} {fault}. 반품할 생각은 없고 정상품만 있으면 <돼요|됩니다|돼>
ja: 返金は要らないので、まともな{device}と交換して<ください|ほしい>。{fault}
ja: {device}、{fault}。お金ではなく[新品|正常なもの]に交換して<ください|>
ja*: {device}、{fault}。返品する気はなく、普通に使えるものがあれば<いいです|いい>
zh: 不用退款，给我换{device#}好的{device}就行，这{device#}{fault}
zh: {device}{fault}，不要钱，[换新的|换货]就好
zh*: {device}{fault}，没打算退，有能用的就行

# defect.scratches
en: It came quickly, but the {device} I ordered {when} has scratches all over
en: The {device} that came {when} is scratched [and looks used|on every side]
ko: 배송은 빨랐는데 {when} 주문한 {device}~이 온통 흠집<이에요|입니다|이야>
ko: {when} 온 {device}에 긁힌 자국이 <많아요|많습니다|많아>
ko*: {when} 산 {device}, 겉이 다 까져서 중고 <같아요|같습니다|같아>
ja: 早く届<きましたが|いたけど>、{when}注文した{device}が傷だらけ<です|>
ja: {when}来た{device}に[擦り傷|傷]が多<いです|い>
ja*: {when}買った{device}、表面が剥げて中古<のようです|みたい>
zh: 送得倒快，可是{when}买的{device}全是划痕
zh: {when}到的{device}[有很多刮痕|磨得像旧的]
zh*: {when}入手的{device}，表面掉漆像二手货

# defect.broke_after
en: The {device} broke after {span}. Can [it be repaired|I have it replaced]?
en: I've had the {device} for {span} and it's already dead
ko: {device}~이 {span} 만에 고장 <났어요|났습니다|났어>. [수리|교환] <되나요|됩니까|돼>?
ko: {device} 산 지 {span}밖에 안 됐는데 벌써 [먹통<이에요|입니다|이야>|고장<이에요|입니다|이야>]
ko*: {span} 쓴 {device}~이 맛이 갔는데 어디서 <고치나요|고칩니까|고쳐>?
ja: {device}が{span}で壊れ<ました。[修理|交換]できますか|たけど、[修理|交換]できる>？
ja: {device}を買ってまだ{span}なのに、もう[動<きません|かない>|故障<しました|した>]
ja*: {span}使った{device}がだめにな<りました。どこで直せますか|ったけど、どこで直せる>？
zh: {device}用了{span}就坏了，能[修|换]吗？
zh: {device}买了才{span}，已经[不能用了|没反应了]
zh*: 才用{span}的{device}就罢工了，去哪儿修？

# defect.not_as_pictured
en: The {color} of the {item} is coming off on my hands
en: The {item} you sent is {color} only on the front; the back is faded
ko: {item} {color}~이 손에 묻어 <나요|납니다|나>
ko: {item} 앞만 {color}이고 뒤는 색이 바랬<어요|습니다|어>
ko*: {color} {item}인데 염색이 불량인지 군데군데 색이 <달라요|다릅니다|달라>
ja: {item}の{color}が手に色移り<します|する>
ja: {item}は前だけ{color}で、後ろは色あせて<います|る>
ja*: {color}の{item}<ですが|だけど>、染めむらなのか所々色が違<います|う>
zh: {item}的{color}一摸就[沾手上|掉色]
zh: {item}只有正面是{color}，背面褪色了
zh*: {color}的{item}颜色深一块浅一块

# defect.gift_embarrassing
en: I gave the {fragile} to {person} and it broke at once
en: It was a present for {person}, and the {fragile} came with a crack
ko: {person} 선물로 준 {fragile}~이 바로 망가<졌어요|졌습니다|졌어>
ko: {person} 주려고 산 {fragile}에 금이 가 <있어요|있습니다|있어>
ko*: {person}한테 민망하게 {fragile}~이 받자마자 부서<졌어요|졌습니다|졌어>
ja: {person}に贈った{fragile}がすぐに壊れ<ました|た>
ja: {person}へのプレゼントなのに、{fragile}にひびが入って<います|る>
ja*: {person}に渡した途端、{fragile}がばらばらにな<りました|った>
zh: 送给{person}的{fragile}一下就坏了
zh: 给{person}的礼物，{fragile}却有裂痕
zh*: {person}刚拿到{fragile}就碎了，质量太差

# product.feature
en: Does the {device} {feature}?
en: I'd like to know about the {device}: does it {feature}?
ko: {device} {feature}?
ko: {device} 궁금한 게 있는데 {feature}?
ko*: {device} 사기 전에 물어보는데 {feature}?
ja: {device}は{feature}？
ja: {device}について<伺いたいのですが|聞きたいんだけど>、{feature}？
ja*: {device}を買う前に<確認です|確認>。{feature}？
zh: {device}{feature}？
zh: 想问一下{device}，{feature}？
zh*: 买{device}之前确认下，{feature}？

# product.color
en: Do you [have|sell] the {item} in {color}?
en: Is there a {color} {item} [too|in your shop]?
ko: {item} {color}도 <있나요|있습니까|있어>?
ko: {item}~은 {color}[도 <나오나요|나옵니까|나와>|~으로도 <파나요|팝니까|팔아>]?
ko*: {color} {item}~을 찾고 있는데 취급<하시나요|하십니까|해>?
ja: {item}の{color}は<ありますか|ある>？
ja: {item}は{color}も[売って<いますか|る>|選べ<ますか|る>]？
ja*: {color}の{item}を探して<いますが、取り扱いはありますか|るんだけど、取り扱いある>？
zh: {item}有{color}的吗？
zh: {item}[卖不卖|出没出]{color}？
zh*: 在找{color}的{item}，<您|你>这儿有货吗？

# product.size_fit
en: Will the {wear} in {size} fit [someone|a person] who is {height}?
en: I'm {height}. Is {size} right for the {wear}?
ko: 키 {height}<인데|입니다만|인데> {wear} {size} <맞을까요|맞겠습니까|맞을까>?
ko: {wear} {size}~은 {height}인 사람이 입어도 [<괜찮나요|괜찮습니까|괜찮아>|<맞나요|맞습니까|맞아>]?
ko*: {height}면 {wear} 살 때 {size} 고르면 <될까요|됩니까|될까>?
ja: 身長{height}<ですが|だけど>、{wear}の{size}で[合<いますか|う>|大丈夫<ですか|>]？
ja: {wear}の{size}は{height}の人でも着られ<ますか|る>？
ja*: {height}なら、{wear}は{size}を選べば<いいですか|いい>？
zh: 身高{height}，{wear}穿{size}[合适吗|可以吗]？
zh: {wear}的{size}，{height}的人能穿吗？
zh*: {height}买{wear}，选{size}对不对？

# product.restock
en: Will the {item} be back in stock by {day}?
en: The {item} is sold out. Do you expect more before {day}?
ko: {item} {day}까지 재입고 <되나요|됩니까|돼>?
ko: {item} 품절이던데 {day} 전에 [다시 <들어오나요|들어옵니까|들어와>|또 <들어와요|들어옵니까|들어와>]?
ko*: 다 팔린 {item}, {day}쯤엔 살 수 <있을까요|있습니까|있을까>?
ja: {item}は{day}までに再入荷<しますか|する>？
ja: {item}が売り切れ<ですが|だけど>、{day}より前に[また入<りますか|る>|入荷<しますか|する>]？
ja*: 完売した{item}、{day}ごろには買え<ますか|る>？
zh: {item}{day}之前会补货吗？
zh: {item}卖完了，{day}前还[有货吗|会上吗]？
zh*: 断货的{item}，{day}左右能买到不？

# product.hours
en: [What time does|When does] the {city} store close on {weekday}?
en: Is your {city} store open on {weekday}?
ko: {city} 매장 {weekday}에 [몇 시까지|언제까지] <하나요|합니까|해>?
ko: {weekday}에 {city} 매장 [영업<하나요|합니까|해>|문 <여나요|엽니까|열어>]?
ko*: {city}점 {weekday} 영업시간 좀 알 수 <있을까요|있습니까|있을까>?
ja: {city}の店は{weekday}[何時|いつ]まで<開いていますか|開いてる>？
ja: {weekday}に{city}店は営業して<いますか|る>？
ja*: {city}店の{weekday}の営業時間を教えて<ください|>
zh: {city}门店{weekday}[几点|什么时候]关门？
zh: {weekday}{city}的店营业吗？
zh*: {city}店{weekday}的营业时间是几点到几点？

# product.in_store
en: Can I [see|try] the {item} at your {city} store?
en: Does the {city} store have the {item} in stock?
ko: {city} 매장에서 {item} 직접 볼 수 <있나요|있습니까|있어>?
ko: {item}~은 {city} 매장에 재고가 <있나요|있습니까|있어>?
ko*: {item} 실물 보려면 {city}점으로 가면 <되나요|됩니까|돼>?
ja: {city}の店で{item}の実物を見られ<ますか|る>？
ja: {item}は{city}店に在庫が<ありますか|ある>？
ja*: {item}を<試したいのですが|試したいんだけど>、{city}店に行けば<いいですか|いい>？
zh: {city}的门店能看到{item}的实物吗？
zh: {item}{city}店有现货吗？
zh*: 想摸摸{item}，去{city}店就行吗？

# product.sale
en: Will the {item} [go on sale|get cheaper] before {day}?
en: Do you plan any discount on the {item} for {day}?
ko: {item} {day} 전에 [세일<하나요|합니까|해>|할인 <들어가나요|들어갑니까|들어가>]?
ko: {day} {item} 할인 행사 <있나요|있습니까|있어>?
ko*: {item} 지금 살지 {day}까지 기다릴지 고민인데 값이 <내려가나요|내려갑니까|내려가>?
ja: {item}は{day}までに[セール<になりますか|になる>|安く<なりますか|なる>]？
ja: {day}は{item}の割引が<ありますか|ある>？
ja*: {item}を今買うか{day}まで待つか迷って<います。値下がりしますか|る。値下がりする>？
zh: {item}{day}之前会[打折|降价]吗？
zh: {day}{item}有优惠活动吗？
zh*: {item}现在买还是等到{day}，会便宜吗？

# product.present
en: Is the {item} a good present for {person}?
en: I'm looking for something for {person}. Would you recommend the {item}?
ko: {person} 선물로 {item} <괜찮을까요|괜찮겠습니까|괜찮을까>?
ko: {person}한테 줄 건데 {item} [추천<하시나요|하십니까|해>|어떤지 알려 <주세요|주시기 바랍니다|줘>]
ko*: {item}, {person} 나이대 분들도 좋아<하나요|합니까|해>?
ja: {person}へのプレゼントに{item}はどう<でしょうか|かな>？
ja: {person}に[贈る|あげる]なら、{item}は[おすすめ<ですか|>|向いて<いますか|る>]？
ja*: {item}は{person}くらいの年の人にも人気が<ありますか|ある>？
zh: {item}送{person}合适吗？
zh: 想给{person}买礼物，{item}[推荐吗|怎么样]？
zh*: {item}，{person}这个年纪会喜欢吗？

# product.if_not_fit
en: I haven't bought it yet: if the {wear} in {size} doesn't fit, can I return it?
en: Before I buy the {wear} in {size}, are returns free if it's the wrong size?
ko: 아직 안 샀는데 {wear} {size} 안 맞으면 반품 <되나요|됩니까|돼>?
ko: {wear} {size} 사려고 하는데 사이즈 안 맞을 때 환불 규정이 어떻게 <되나요|됩니까|돼>?
ko*: {wear} {size} 구매 전인데 혹시 작으면 바꿔 주는 상품<인가요|입니까|이야>?
ja: まだ買って<いませんが|ないけど>、{wear}の{size}が合わなければ返品<できますか|できる>？
ja: {wear}の{size}を買おうと思って<います。サイズ違いの返金条件は|るけど、サイズ違いの返金条件は>？
ja*: {wear}の{size}を購入する前<ですが|だけど>、小さかったら替えてもらえる商品<ですか|>？
zh: 还没买，{wear}{size}不合适的话能退货吗？
zh: 打算买{wear}{size}，码不对退款怎么规定的？
zh*: 下单前问一句，{wear}{size}小了给换吗？

# product.ship_there
en: Before I order the {item}: is it also sold [in|to customers in] {city}?
en: Is the {item} also on sale in {city}?
ko: 주문 전에 여쭤보는데 {item} {city}에서도 <파나요|팝니까|팔아>?
ko: {item} {city} 쪽에서도 살 수 있는 [상품<인가요|입니까|이야>|제품<인가요|입니까|이야>]?
ko*: {city} 사는데 {item} 구매 <가능한가요|가능합니까|가능해>?
ja: 注文前に<お聞きします|聞きたい>。{item}は{city}でも[売って<いますか|る>|買え<ますか|る>]？
ja: {item}は{city}でも販売して<いますか|る>？
ja*: {city}在住<ですが|だけど>、{item}は購入可能<ですか|>？
zh: 下单前问一下，{item}在{city}[也有卖吗|能买到吗]？
zh: {item}{city}那边也卖吗？
zh*: 人在{city}，可以买{item}吗？

# product.washing
en: Can the {color} {wear} go in the washing machine?
en: How should I wash the {wear} in {color}? [I'm afraid the color runs|Is hand washing needed]?
ko: {color} {wear} 세탁기에 돌려도 <되나요|됩니까|돼>?
ko: {wear} {color}~은 어떻게 [세탁<하나요|합니까|해>|빨아야 <하나요|합니까|해>]?
ko*: {wear} {color} 사면 관리가 <까다로운가요|까다롭습니까|까다로워>? 손빨래해야 할지 <궁금해요|궁금합니다|궁금해>
ja: {color}の{wear}は洗濯機で洗え<ますか|る>？
ja: {wear}の{color}はどうやって[洗<いますか|う>|洗濯<しますか|する>]？
ja*: {wear}の{color}は手入れが難しい<ですか|>？手洗い<でしょうか|かな>？
zh: {color}的{wear}能机洗吗？
zh: {wear}{color}的怎么洗？[会不会掉色|要手洗吗]？
zh*: {color}这款{wear}好打理吗？

# product.gift_wrap
en: Can you gift-wrap the {item}? It's for {person}
en: I'm giving the {item} to {person}, do you offer a gift box [and a card|]?
ko: {item} 선물 포장 <되나요|됩니까|돼>? {person} 줄 <거예요|것입니다|거야>
ko: {person}한테 줄 {item}<인데|입니다만|인데> 선물 상자도 <있나요|있습니까|있어>?
ko*: {item}에 카드도 넣을 수 <있나요|있습니까|있어>? {person} 생일이라서 <그래요|그렇습니다|그래>
ja: {item}のギフト包装は<できますか|できる>？{person}に<あげます|あげる>
ja: {person}に贈る{item}<ですが|だけど>、ギフトボックスは<ありますか|ある>？
ja*: {item}にカードも付けられ<ますか|る>？{person}の誕生日なので
zh: {item}可以[礼品包装|包成礼物]吗？送{person}的
zh: {item}是给{person}的，有礼盒吗？
zh*: {item}里能放张贺卡吗？{person}过生日

# product.in_use
en: How do I use the {device} the first time? {person} asked me [and I don't know|]
en: Is the {device} easy [enough|] to use for {person}?
ko: {device} 처음에 어떻게 쓰는 <거예요|겁니까|거야>? {person}~이 물어보는데 모르겠<어요|습니다|어>
ko: {device} {person}~이 쓰기에 [어렵지 <않나요|않습니까|않아>|편<한가요|합니까|해>]?
ko*: {device} 사용법이 간단<한가요|합니까|해>? {person}~이 쓸 <거예요|것입니다|거야>
ja: {device}は最初どうやって使<いますか|う>？{person}に聞かれ<ました|た>
ja: {device}は{person}でも[簡単に使え<ますか|る>|扱いやすい<ですか|>]？
ja*: {device}の使い方は簡単<ですか|>？{person}が使<います|う>
zh: {device}第一次怎么用？{person}问我，我不会
zh: {device}{person}用起来[方便吗|难不难]？
zh*: {device}操作简单吗？是{person}要用
"""
