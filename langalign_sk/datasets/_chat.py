"""Templates of unlabelled sentences: shop replies, notices, reviews, small talk (the notation is in ``_grammar.py``).

No sentence here is a customer's request; they give the parallel and the unpaired text its breadth.
"""

# One template and its translations on one line each: they are read side by side.
# ruff: noqa: E501
from __future__ import annotations

CHAT = """
# reply.shipped
en: [We shipped|We have sent] the {item} from order {order} today
ko: 주문번호 {order} {item}~을 오늘 발송했습니다
ja: 注文番号{order}の{item}を本日発送いたしました
zh: 订单{order}的{item}今天已经发货了

# reply.arrives
en: Your {item} should arrive in {city} by {day}
ko: {item}~은 {day}까지 {city}에 도착할 예정<이에요|입니다|이야>
ja: {item}は{day}までに{city}に届く予定<です|>
zh: {item}预计{day}之前送到{city}

# reply.delay
en: Because of the weather, deliveries to {city} are about {span} late
ko: 날씨 때문에 {city} 배송이 {span} 정도 늦어지고 있습니다
ja: 天候の影響で{city}への配送が{span}ほど遅れています
zh: 受天气影响，寄往{city}的快递大约晚{span}

# reply.courier_call
en: The driver will call before bringing the {item} to {place}
ko: 기사님이 {item} 배송 전에 {place}~으로 전화드릴 거예요
ja: 配達員が{item}をお届けする前に{place}へ電話します
zh: 快递员送{item}到{place}之前会打电话

# reply.refund_done
en: The refund of {amount} for the {item} has been completed
en: We have paid back {amount} for the {item}
ko: {item} 환불 금액 {amount} [처리가 완료되었습니다|입금해 드렸습니다]
ja: {item}の返金{amount}の手続きが[完了しました|終わりました]
zh: {item}的退款{amount}已经[处理好了|退给您了]

# reply.refund_span
en: Refunds by {pay} take up to {span}
ko: {pay} 환불은 최대 {span} 걸립니다
ja: {pay}での返金には最大{span}かかります
zh: {pay}退款最多需要{span}

# reply.return_fee
en: Sending back the {item} costs {amount}, unless it is faulty
ko: {item} 반품 배송비는 {amount}이고 불량이면 무료예요
ja: {item}の返送料は{amount}ですが、不良品の場合は無料です
zh: 退回{item}的运费是{amount}，质量问题免费

# reply.cancelled
en: Order {order} was cancelled as you asked {when}
ko: {when} 요청하신 대로 주문 {order} 취소가 완료됐습니다
ja: {when}ご依頼の通り、注文{order}をキャンセルしました
zh: 按照您{when}的要求，订单{order}已取消

# reply.cannot_cancel
en: The {item} has left the warehouse, so order {order} cannot be cancelled
ko: {item}~이 이미 출고되어 주문 {order}~은 취소할 수 없습니다
ja: {item}はすでに出荷されたため、注文{order}は取り消せません
zh: {item}已经出库，订单{order}无法取消

# reply.address_changed
en: The address of order {order} has been changed to {city}
ko: 주문 {order}의 배송지를 {city}~으로 변경해 드렸습니다
ja: 注文{order}の住所を{city}に変更しました
zh: 订单{order}的地址已改为{city}

# reply.address_when
en: You can change the delivery address until {hour} on the day of shipping
en: Before {hour} the address can still be edited
ko: 배송지는 발송일 {hour} 전까지 바꿀 수 있습니다
ja: 配送先は発送日の{hour}まで変更できます
zh: 收货地址在发货当天{hour}之前都可以修改

# reply.leave_at
en: As requested, the {item} was left at {place} at {hour}
ko: 요청하신 대로 {hour}에 {item}~을 {place}에 두었습니다
ja: ご希望通り、{hour}に{item}を{place}に置きました
zh: 按您的要求，{hour}把{item}放在{place}了

# reply.payment_ok
en: We received your payment of {amount} by {pay}
ko: {pay}~으로 {amount} 결제가 확인되었습니다
ja: {pay}で{amount}のお支払いを確認しました
zh: 已收到您用{pay}支付的{amount}

# reply.payment_limit
en: Payments above {amount} cannot be made by {pay}
ko: {amount}~이 넘는 금액은 {pay}~으로 결제할 수 없습니다
ja: {amount}を超える支払いに{pay}は使えません
zh: 超过{amount}不能用{pay}付款

# reply.coupon
en: The coupon of {amount} can be used at {shop} until {day}
ko: {amount} 할인 쿠폰은 {day}까지 {shop}에서 쓸 수 있어요
ja: {amount}のクーポンは{day}まで{shop}で使えます
zh: {amount}的优惠券{day}之前可以在{shop}使用

# reply.receipt
en: The receipt for order {order} was sent to your {mail}
ko: 주문 {order} 영수증을 {mail}~으로 보내 드렸습니다
ja: 注文{order}の領収書を{mail}にお送りしました
zh: 订单{order}的发票已发到您的{mail}

# reply.charged_twice
en: The second charge of {amount} for order {order} will disappear by {day}
ko: 주문 {order}에서 두 번 결제된 {amount}~은 {day}까지 취소됩니다
ja: 注文{order}で二重に請求された{amount}は{day}までに取り消されます
zh: 订单{order}重复扣的{amount}{day}之前会退回

# reply.replacement
en: We will send you a new {item} by {day}, please keep the broken one until then
ko: 새 {item}~을 {day}까지 보내 드릴 테니 고장 난 제품은 그때까지 보관해 주세요
ja: 新しい{item}を{day}までにお送りしますので、壊れた品はそれまで保管してください
zh: {day}之前给您寄新的{item}，坏的请先留着

# reply.photo
en: Please send a photo of the damaged part of the {item} with order number {order}
ko: {item} 파손된 부분 사진을 주문번호 {order}~와 함께 보내 주세요
ja: {item}の破損部分の写真を注文番号{order}と一緒に送ってください
zh: 请把{item}破损的照片和订单号{order}一起发过来

# reply.repair
en: Repairing the {device} takes {span} and costs {amount}
ko: {device} 수리는 {span} 걸리고 비용은 {amount}입니다
ja: {device}の修理には{span}、費用は{amount}かかります
zh: {device}维修需要{span}，费用{amount}

# reply.check_device
en: If the {device} {fault}, unplug it and wait a little
ko: {device} 문제가 있으면(예: "{fault}") 코드를 뽑고 잠시 기다려 주세요
ja: {device}に不具合（「{fault}」）があるときは、コードを抜いて少しお待ちください
zh: {device}如果{fault}，请拔掉插头等一会儿

# reply.password
en: A link to change your {secret} has been sent to your {mail}
ko: {secret}~을 바꿀 수 있는 링크를 {mail}~으로 보냈습니다
ja: {secret}を変更するリンクを{mail}に送りました
zh: 修改{secret}的链接已发送到您的{mail}

# reply.login_alert
en: A new login on a {gadget} in {city} was noticed {when}
ko: {when} {city}에서 새로운 {gadget} 로그인이 확인되었습니다
ja: {when}{city}で新しい{gadget}からのログインがありました
zh: {when}在{city}有新的{gadget}登录了您的账号

# reply.account_open
en: Your account is open again, please log in from your {gadget} after {hour}
ko: 계정 잠금이 풀렸으니 {hour} 이후에 {gadget}~으로 로그인해 주세요
ja: アカウントのロックを解除しましたので、{hour}以降に{gadget}からログインしてください
zh: 账号已解锁，{hour}以后请用{gadget}登录

# reply.member
en: Members get {amount} in points when they buy the {item}
ko: 회원이 {item}~을 사면 {amount} 적립금을 받습니다
ja: 会員が{item}を買うと{amount}分のポイントがもらえます
zh: 会员买{item}可以得到{amount}的积分

# notice.restock
en: The {color} {item} will be on sale again from {day}
ko: {color} {item}~은 {day}부터 다시 살 수 <있어요|있습니다|있어>
ja: {color}の{item}は{day}からまた買え<ます|る>
zh: {color}的{item}{day}起又能买到了

# notice.store_hours
en: Our {city} store opens at {hour} on {weekday}
ko: {city} 매장은 {weekday}에 {hour}에 문을 <열어요|엽니다|열어>
ja: {city}の店は{weekday}は{hour}に開<きます|く>
zh: {city}的门店{weekday}{hour}开门

# notice.sale
en: {shop} has a sale on the {item} until {day}
ko: {shop}에서 {day}까지 {item} 세일을 <해요|합니다|해>
ja: {shop}では{day}まで{item}のセールをして<います|る>
zh: {shop}的{item}打折到{day}

# notice.size
en: The {wear} in {size} is best for people who are {height}
ko: {wear} {size}~은 키 {height}인 분께 잘 맞<아요|습니다|아>
ja: {wear}の{size}は身長{height}の方に合<います|う>
zh: {wear}的{size}适合身高{height}的人

# notice.price
en: The {item} costs {amount} at {shop}
ko: {shop}에서 {item} 가격은 {amount}<예요|입니다|야>
ja: {shop}で{item}は{amount}<です|>
zh: {item}在{shop}卖{amount}

# notice.weight
en: The {item} comes in {color} and is sold in {city}
ko: {item}~은 {color}이고 {city}에서 <팔아요|팝니다|팔아>
ja: {item}は{color}で、{city}で売って<います|る>
zh: {item}是{color}的，在{city}有卖

# notice.gift
en: A free {item} is given to everyone who visits the {city} store before {day}
ko: {day} 전에 {city} 매장에 오시면 {item}~을 무료로 <드려요|드립니다|줘>
ja: {day}より前に{city}の店に来た方に{item}を無料で差し上げ<ます|る>
zh: {day}之前来{city}门店的人免费送{item}

# review.love
en: I love the {item} I bought at {shop}
en: The {item} from {shop} is [great|really good]
ko: {shop}에서 산 {item} 정말 [마음에 <들어요|듭니다|들어>|<좋아요|좋습니다|좋아>]
ja: {shop}で買った{item}が[とても気に入って<います|る>|本当に<いいです|いい>]
zh: 在{shop}买的{item}[特别好|我很喜欢]

# review.colour
en: The {color} of the {item} is prettier than in the picture
ko: {item} {color}~이 사진보다 더 <예뻐요|예쁩니다|예뻐>
ja: {item}の{color}は写真より<きれいです|きれい>
zh: {item}的{color}比图片上好看

# review.person
en: {person} has been using the {item} for {span} without any trouble
ko: {person}~이 {item}~을 {span} 동안 문제없이 쓰고 <있어요|있습니다|있어>
ja: {person}は{item}を{span}問題なく使って<います|る>
zh: {person}的{item}用了{span}，没出过问题

# review.gift
en: {person} was happy with the {item} I gave as a present
ko: 선물한 {item}~을 {person}~이 아주 좋아<했어요|했습니다|했어>
ja: プレゼントした{item}を{person}がとても喜んで<くれました|くれた>
zh: 送的{item}，{person}特别喜欢

# review.light
en: For {amount} the {item} is [not bad|surprisingly good]
ko: {amount}치고는 {item}~이 [나쁘지 <않아요|않습니다|않아>|꽤 <괜찮아요|괜찮습니다|괜찮아>]
ja: {amount}にしては{item}は[<悪くないです|悪くない>|意外と<いいです|いい>]
zh: {amount}的{item}[还不错|出乎意料地好]

# review.trip
en: I took the {item} with me on a trip to {city}
ko: {city} 여행 갈 때 {item}~을 가져<갔어요|갔습니다|갔어>
ja: {city}旅行に{item}を持って行<きました|った>
zh: 去{city}旅行时带上了{item}

# review.staff
en: The staff at the {city} store explained the {item} very kindly
ko: {city} 매장 직원이 {item}~을 아주 친절하게 설명해 <줬어요|줬습니다|줬어>
ja: {city}の店員さんが{item}をとても親切に説明してくれ<ました|た>
zh: {city}门店的店员很热情地介绍了{item}

# review.heavy
en: The {goods} is a little bigger than I expected, but {person} likes it
ko: {goods}~이 생각보다 조금 크지만 {person}~은 좋아<해요|합니다|해>
ja: {goods}は思ったより少し大きい<ですが|けど>、{person}は気に入って<います|る>
zh: {goods}比想象的大一点，不过{person}喜欢

# review.smell
en: The {bottle} smells nice and {person} uses it every day
ko: {bottle} 향이 좋아서 {person}~이 매일 <써요|씁니다|써>
ja: {bottle}はいい香りで、{person}が毎日使って<います|る>
zh: {bottle}味道好闻，{person}每天都用

# review.old
en: I've had a {color} {item} like this for {span}
ko: 이런 {color} {item}~을 {span} 동안 써 <왔어요|왔습니다|왔어>
ja: こういう{color}の{item}を{span}使って<います|る>
zh: 这种{color}的{item}我用了{span}

# talk.weather
en: In {city} {weather} {when}
ko: {when} {city}에는 {weather}
ja: {when}{city}では{weather}
zh: {when}{city}{weather}

# talk.lunch
en: I had {food} with {person} {when}
ko: {when} {person}~과 {food}~을 <먹었어요|먹었습니다|먹었어>
ja: {when}{person}と{food}を<食べました|食べた>
zh: {when}和{person}一起吃了{food}

# talk.restaurant
en: There is a place with good {food} in {city} that opens at {hour}
ko: {city}에 {hour}에 문 여는 {food} 맛집이 <있어요|있습니다|있어>
ja: {city}に{hour}に開くおいしい{food}の店が<あります|ある>
zh: {city}有一家{hour}开门的{food}店很好吃

# talk.hobby
en: I've been into {hobby} for {span}
en: I started {hobby} {span} ago
ko: {span} 전부터 {hobby}에 빠져 <있어요|있습니다|있어>
ja: {span}前から{hobby}にはまって<います|る>
zh: {span}前开始迷上了{hobby}

# talk.hobby_with
en: Every {weekday} {person} and I do some {hobby} together in {city}
ko: {weekday}마다 {city}에서 {person}~과 같이 {hobby}~을 <해요|합니다|해>
ja: 毎週{weekday}は{city}で{person}と一緒に{hobby}をし<ます|てる>
zh: 每{weekday}我和{person}在{city}一起{hobby}

# talk.meeting
en: The meeting planned for {day} starts at {hour}
ko: {day} 회의는 {hour}에 <시작해요|시작합니다|시작해>
ja: {day}の会議は{hour}に<始まります|始まる>
zh: {day}的会议{hour}开始

# talk.moved
en: {person} moved to {city} {when}
ko: {person}~은 {when} {city}~으로 <이사했어요|이사했습니다|이사했어>
ja: {person}は{when}{city}に引っ越<しました|した>
zh: {person}{when}搬到{city}去了

# talk.train
en: The train to {city} leaves at {hour} on {weekday}
ko: {city} 가는 기차는 {weekday} {hour}에 <떠나요|출발합니다|떠나>
ja: {city}行きの電車は{weekday}の{hour}に<出ます|出る>
zh: 去{city}的火车{weekday}{hour}开

# talk.birthday
en: {day} is the birthday of {person}, so I'm making {food}
ko: {day}~이 {person} 생일이라 {food}~을 만들려고 <해요|합니다|해>
ja: {day}は{person}の誕生日なので{food}を作<ります|る>
zh: {day}是{person}的生日，我打算做{food}

# talk.cook
en: {food} tastes better when {person} makes it
ko: {food}~은 {person}~이 만들어야 더 <맛있어요|맛있습니다|맛있어>
ja: {food}は{person}が作るともっと<おいしいです|おいしい>
zh: {food}还是{person}做的更好吃

# talk.exam
en: The exam of {person} is {day}, so the house is quiet
ko: {day} {person} 시험이 있어서 집이 <조용해요|조용합니다|조용해>
ja: {day}{person}の試験があるので家が<静かです|静か>
zh: {day}{person}有考试，家里很安静

# talk.trip_plan
en: I'm thinking of a trip to {city} with {person}, maybe {day}
ko: {day} {person}~과 {city}~으로 여행 갈까 <해요|합니다|해>
ja: {day}{person}と{city}に旅行しようかと思って<います|る>
zh: 想{day}和{person}去{city}旅行

# talk.photo
en: {person} took nice pictures in {city} {when}
ko: {when} {person}~이 {city}에서 멋진 사진을 찍었<어요|습니다|어>
ja: {when}{person}が{city}で素敵な写真を撮<りました|った>
zh: {when}{person}在{city}拍了很好看的照片

# talk.wait_hour
en: Let's meet in front of the {city} station at {hour} on {weekday}
ko: {weekday} {hour}에 {city}역 앞에서 <만나요|만납시다|만나자>
ja: {weekday}の{hour}に{city}駅の前で会<いましょう|おう>
zh: {weekday}{hour}在{city}站前面见吧

# talk.work
en: I leave the office at {hour} on {weekday} and go home on foot
ko: {weekday}에는 {hour}에 퇴근해서 걸어서 집에 <가요|갑니다|가>
ja: {weekday}は{hour}に退社して歩いて帰<ります|る>
zh: {weekday}{hour}下班，走路回家

# talk.broke_screen
en: {person} dropped a {gadget} {when}
ko: {person}~이 {when} {gadget}~을 떨어뜨렸<어요|습니다|어>
ja: {person}が{when}{gadget}を落と<しました|した>
zh: {person}{when}把{gadget}摔了

# talk.saved
en: I saved {amount} in {span}
ko: {span} 동안 {amount}~을 <모았어요|모았습니다|모았어>
ja: {span}で{amount}貯め<ました|た>
zh: {span}存了{amount}

# talk.card
en: {person} signed up for a {pay} service at the bank in {city}
ko: {city} 은행에서 {person}~이 {pay} 서비스를 <신청했어요|신청했습니다|신청했어>
ja: {city}の銀行で{person}が{pay}のサービスを<申し込みました|申し込んだ>
zh: {person}在{city}的银行办了{pay}业务

# talk.lost
en: I left my {goods} at {place} {when}
ko: {when} {place}에 {goods}~을 두고 <왔어요|왔습니다|왔어>
ja: {when}{place}に{goods}を忘れて<きました|きた>
zh: {when}把{goods}忘在{place}了

# talk.borrow
en: {person} borrowed my {item} for {span}
ko: {person}~이 <제|제|내> {item}~을 {span} 동안 빌려<갔어요|갔습니다|갔어>
ja: {person}が私の{item}を{span}借りて<いきました|いった>
zh: {person}借走我的{item}{span}了
"""
