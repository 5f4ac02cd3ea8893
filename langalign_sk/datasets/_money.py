"""Templates of two intents about money: refund, payment (the notation is explained in ``_grammar.py``)."""

# One template and its translations on one line each: they are read side by side.
# ruff: noqa: E501
from __future__ import annotations

MONEY = """
# refund.plain
en: I'd like [a refund|my money back] for the {item} I [bought|ordered] {when}
en: Can I [get a refund for|return] the {item} I [bought|ordered] {when}?
en: I bought [a|the] {item} {when} and want to return it
ko: {when} [산|주문한|구매한] {item} 환불[받고 <싶어요|싶습니다|싶어>|해 <주세요|주시기 바랍니다|줘>]
ko: {item} 반품[하고 <싶어요|싶습니다|싶어>|<할게요|하겠습니다|할게>], {when} <샀어요|구매했습니다|샀어>
ko*: {when} 산 {item}~을 도로 보내고 돈을 돌려받으려면 어떻게 <하나요|합니까|해>?
ja: {when}[買った|購入した|注文した]{item}を[返品|返金]<したいです|したい>
ja: {item}の返金を<お願いします|お願い>。{when}[買った|購入した]もの<です|>
ja*: {when}買った{item}を送り返して、お金を戻してもらうにはどうすれば<いいですか|いい>？
zh: 我{when}[买|订]的{item}想[退款|退货|退掉]
zh: [请|麻烦]给我退{item}的钱，{when}买的
zh*: {when}买的{item}想寄回去把钱拿回来，怎么弄？

# refund.reason
en: I want to return the {item} because {reason} [and get my money back|]
en: {reason}, so I'd like a refund for the {item}
ko: {reason} {item} [반품|환불]하고 <싶어요|싶습니다|싶어>
ko: {item} [환불 부탁<드려요|드립니다|해>|반품 신청<할게요|하겠습니다|할게>]. {reason} <그래요|그렇습니다|그래>
ko*: {reason} 그러는데 받은 {item} 돌려보내고 돈 돌려받을 수 <있나요|있습니까|있어>?
ja: {reason}、{item}を[返品|返金]<したいです|したい>
ja: {item}の[返金をお願い<します|>|返品を受けて<ください|ほしい>]。{reason}
ja*: {reason}、届いた{item}を返して代金を戻して<もらえますか|もらえる>？
zh: {reason}，想把{item}[退掉|退了]
zh: {item}[申请退款|想退货退钱]，{reason}
zh*: {reason}，收到的{item}能还回去拿回钱吗？

# refund.sent_back
en: I sent the {item} back {span} ago. Where is my money?
en: It's been {span} since I returned the {item} and nothing has been [refunded|paid back] [yet|]
ko: {item} 반품한 지 {span}~이 지났는데 [환불이 안 <돼요|됩니다|돼>|돈이 아직 안 <들어왔어요|들어왔습니다|들어왔어>]
ko: {span} 전에 {item} 돌려보냈는데 환불은 언제 <되나요|됩니까|돼>?
ko*: {item}~은 보낸 지 {span}인데 돌려받을 돈은 소식이 <없네요|없습니다|없네>
ja: {item}を返品してから{span}経<ちますが、返金されていません|つけど、返金されてない>
ja: {span}前に{item}を送り返<しました。返金はいつですか|したけど、返金はいつ>？
ja*: {item}を戻して{span}、代金が返って<きません|こない>
zh: {item}退回去{span}了，[退款还没到|钱还没退]
zh: {span}前就把{item}寄回了，什么时候退钱？
zh*: {item}还给你们{span}了，该返的钱一直没消息

# refund.amount_missing
en: The refund of {amount} for order {order} hasn't [come|arrived] [yet|]
en: When will I get the {amount} back for order {order}?
ko: 주문 {order} 환불금 {amount}~이 아직 안 <들어왔어요|들어왔습니다|들어왔어>
ko: {order}번 {amount} 언제 [돌려받을 수 <있나요|있습니까|있어>|환불<되나요|됩니까|돼>]?
ko*: {order}번 건으로 받을 {amount}~이 통장에 안 <보여요|보입니다|보여>
ja: 注文{order}の返金{amount}がまだ[入って|振り込まれて]<いません|ない>
ja: {order}の{amount}はいつ[返金<されますか|される>|戻って<きますか|くる>]？
ja*: {order}の件で受け取る{amount}が口座に<見当たりません|見当たらない>
zh: 订单{order}的{amount}退款还没[到账|到]
zh: {order}那单的{amount}什么时候退[给我|]？
zh*: {order}该返给我的{amount}，卡里没看到

# refund.partial
en: You refunded me {amount} less than I paid for the {item}
en: The money I got back for the {item} is {amount} short
ko: {item} 환불받은 금액이 {amount} <모자라요|모자랍니다|모자라>
ko: {item} 반품했는데 {amount} 덜 [환불<됐어요|됐습니다|됐어>|<들어왔어요|들어왔습니다|들어왔어>]
ko*: {item} 값을 다 돌려준다더니 {amount}~이 <비네요|빕니다|비네>
ja: {item}の返金額が{amount}足り<ません|ない>
ja: {item}を返品<しましたが|したけど>、{amount}少なく返金<されました|された>
ja*: {item}の代金は全額戻るはずなのに、{amount}不足して<います|る>
zh: {item}的退款少了{amount}
zh: {item}退货了，可是少退了{amount}
zh*: 说好{item}全额退，怎么差{amount}

# refund.to_method
en: I paid for the {item} by {pay}. How will the refund be made?
en: Will the {item} I paid for by {pay} be refunded the same way?
ko: {item} {pay}~으로 샀는데 환불은 어떻게 <되나요|됩니까|돼>?
ko: {item} 반품하면 돈이 {pay}~으로 [<들어오나요|들어옵니까|들어와>|환불<되나요|됩니까|돼>]?
ko*: {pay}~으로 낸 {item} 값은 어디로 돌려 <주시나요|주십니까|줘>?
ja: {item}を{pay}で<買いましたが、返金はどうなりますか|買ったけど、返金はどうなる>？
ja: {item}を返品したら、お金は{pay}に戻<りますか|る>？
ja*: {pay}で払った{item}の代金は、どこに返して<もらえますか|くれる>？
zh: {item}是用{pay}付的，退款[怎么退|退到哪里]？
zh: {item}退货的话钱会[退回|退到]{pay}吗？
zh*: {pay}买的{item}，退掉以后钱回到哪儿？

# refund.pickup
en: Can someone pick up the {item} I'm returning from {place}?
en: I want to return the {item}; please collect it at {place}
ko: 반품할 {item} {place}~으로 [가지러|수거하러] 와 <주실 수 있나요|주실 수 있습니까|줄 수 있어>?
ko: {item} 반품 수거지는 {place}~으로 해 <주세요|주시기 바랍니다|줘>
ko*: 돌려보낼 {item}~은 {place}에 둘 테니 회수해 <가세요|가시기 바랍니다|가>
ja: 返品する{item}を{place}まで[取りに|集荷に]来て<もらえますか|くれる>？
ja: {item}の返品、集荷は{place}に<お願いします|お願い>
ja*: 送り返す{item}は{place}に置いておくので、引き取って<ください|ほしい>
zh: 要退的{item}能到{place}[上门取|来取]吗？
zh: {item}退货，取件地址是{place}
zh*: 想还的{item}放在{place}，麻烦来拿走

# refund.damaged_money
en: The {wear} {damage}. I don't want another one, [just my money back|just a refund]
en: The {wear} {damage}, so please refund me instead of sending a new one
ko: {wear}에 문제가 <있어요|있습니다|있어>. {damage}. 교환 말고 환불해 <주세요|주시기 바랍니다|줘>
ko: 받은 {wear}, {damage}. 새 거 필요 없고 [돈으로 돌려|환불해] <주세요|주십시오|줘>
ko*: {wear} {damage}. 다른 걸로 바꾸기보다 그냥 값을 돌려받고 <싶어요|싶습니다|싶어>
ja: {wear}に問題が<あります|ある>。{damage}。交換ではなく返金して<ください|ほしい>
ja: 届いた{wear}、{damage}。新しいものは要らないので[お金を返して|返金して]<ください|>
ja*: {wear}、{damage}。取り替えるより代金を戻して<ほしいです|ほしい>
zh: {wear}{damage}，不要换货，[退款就行|把钱退我]
zh: 收到的{wear}{damage}，不用再发新的，直接退钱
zh*: {wear}{damage}，与其换一{wear#}不如把钱还我

# refund.too_late
en: After {span} of waiting the {item} came too late; please take it back and refund me
en: The {item} took {span} to arrive and I don't need it now. I want my money back
ko: {item}~이 {span} 만에 와서 이제 필요가 <없어요|없습니다|없어>. 환불해 <주세요|주시기 바랍니다|줘>
ko: {span}~이나 걸려서 받은 {item}<인데요|입니다만|인데> 반품하고 돈 돌려받고 <싶어요|싶습니다|싶어>
ko*: 너무 늦게, {span} 뒤에 온 {item}~은 도로 가져가고 값을 물어 <주세요|주십시오|줘>
ja: {item}が{span}もかかって届いたので、もう<要りません。返金してください|要らない。返金して>
ja: {span}待ってやっと来た{item}<ですが|だけど>、返品してお金を返して<ほしいです|ほしい>
ja*: {span}遅れの{item}は引き取って、代金を戻して<ください|>
zh: {item}等了{span}才到，已经用不上了，[请退款|退钱吧]
zh: {item}送了{span}，我现在不需要了，想退货退款
zh*: 拖了{span}才来的{item}你们拿回去，钱还我

# refund.going_back
en: The {item} is going back in its box because {reason}. How do I get back what I paid?
en: What's the way to send the {item} back? {reason}
ko: {item} 다시 포장해 <뒀어요|뒀습니다|뒀어>. {reason} 그러는데 낸 돈은 어떻게 <받나요|받습니까|받아>?
ko: {item} 돌려보내는 방법 좀 알려 <주세요|주시기 바랍니다|줘>. {reason} <그래요|그렇습니다|그래>
ko*: {reason} {item}~을 상자에 다시 넣었는데 이제 뭘 하면 <되나요|됩니까|돼>?
ja: {item}は箱に戻<しました|した>。{reason}、払ったお金はどうやって<返ってきますか|返ってくる>？
ja: {item}の返送方法を教えて<ください|>。{reason}
ja*: {reason}、{item}を元どおり梱包<しました。次はどうすればいいですか|した。次はどうすればいい>？
zh: {item}已经装回盒子了，{reason}，付的钱怎么拿回来？
zh: {item}怎么寄回去？{reason}
zh*: {reason}，{item}包好了，接下来该怎么办？

# refund.store_refused
en: Your {city} store refused to take back the {item}
en: I took the {item} to the {city} store and they wouldn't give me my money back
ko: {city} 매장에서 {item} 환불을 [안 해 <줘요|줍니다|줘>|거절<했어요|했습니다|했어>]
ko: {item} 들고 {city} 매장에 갔는데 반품이 안 <된대요|된다고 합니다|된대>
ko*: {city}점 직원이 {item}~은 도로 못 받아 준다고 <하네요|합니다|하네>
ja: {city}の店で{item}の返金を[断られ|拒否され]<ました|た>
ja: {item}を{city}店に持って<行きましたが、返品できませんでした|行ったけど、返品できなかった>
ja*: {city}の店員に{item}は引き取れないと言われ<ました|た>
zh: {city}的门店不给退{item}
zh: 我拿着{item}去{city}店，[说不能退货|他们不肯退钱]
zh*: {city}那家店员说{item}不能收回去

# refund.fee
en: Do I have to pay {amount} to return the {item}?
en: You took off {amount} for sending the {item} back. Is that normal for a return?
ko: {item} 반품하려면 {amount}~을 내야 <하나요|합니까|해>?
ko: {item} 환불하면서 배송비 {amount}~을 [빼는 게|떼는 게] <맞나요|맞습니까|맞아>?
ko*: {item} 돌려보내는 데 {amount}~이 든다는데 <제가|제가|내가> 부담<하나요|합니까|해>?
ja: {item}を返品するのに{amount}かか<りますか|る>？
ja: {item}の返金から送料{amount}が引かれて<いますが、正しいですか|るけど、正しい>？
ja*: {item}を送り返す費用{amount}は、こちらの負担<でしょうか|なの>？
zh: 退{item}要[交|付]{amount}吗？
zh: {item}退款时扣了{amount}运费，[对吗|合理吗]？
zh*: 把{item}寄回去的{amount}要我自己出吗？

# refund.after_cancel
en: I cancelled order {order} {span} ago and my money still isn't back
en: Order {order} was cancelled {span} ago. When is the refund?
ko: 주문 {order} 취소한 지 {span}인데 환불이 아직 안 <됐어요|됐습니다|됐어>
ko: {span} 전에 취소한 {order}번 환불 언제 <해 주나요|됩니까|해 줘>?
ko*: {order}번은 취소 처리됐다는데 {span}째 돈이 안 <돌아와요|돌아옵니다|돌아와>
ja: 注文{order}を取り消して{span}経<ちますが、返金がまだです|つけど、返金がまだ>
ja: {span}前にキャンセルした{order}の返金はいつ<ですか|>？
ja*: {order}はキャンセル済みなのに、{span}お金が戻って<きません|こない>
zh: 订单{order}取消{span}了，[钱还没退|退款还没到]
zh: {span}前取消的{order}，什么时候退款？
zh*: {order}撤单都{span}了，钱没回来

# payment.declined
en: My {pay} [keeps being declined|won't go through] when I try to buy the {item}
en: I can't pay for the {item} by {pay}, [it fails every time|there's always an error]
ko: {item} 사려는데 {pay} 결제가 [자꾸 안 <돼요|됩니다|돼>|계속 <실패해요|실패합니다|실패해>]
ko: {pay}~으로 {item} 결제하면 [오류가 <나요|납니다|나>|승인이 안 <나요|납니다|나>]
ko*: {item} 값을 {pay}~으로 내려는데 도무지 안 <먹히네요|먹힙니다|먹히네>
ja: {item}を買おうとすると{pay}の決済が[通<りません|らない>|失敗<します|する>]
ja: {pay}で{item}の支払いができ<ません|ない>
ja*: {item}の代金を{pay}で払おうとしても、はじかれて<しまいます|しまう>
zh: 买{item}的时候{pay}一直[付款失败|付不了]
zh: 用{pay}付{item}的钱[总是报错|提示支付失败]
zh*: {item}想用{pay}结，怎么都过不去

# payment.double
en: I was charged {amount} twice for the {item}
en: The {amount} for the {item} was taken two times
ko: {item} {amount}~이 두 번 결제<됐어요|됐습니다|됐어>
ko: {item} 하나 샀는데 {amount}~이 [이중으로|중복으로] [빠져나갔<어요|습니다|어>|청구됐<어요|습니다|어>]
ko*: 카드 내역에 {item} {amount}~이 두 줄 찍혀 <있어요|있습니다|있어>
ja: {item}の{amount}が[二回|二重に]請求<されました|された>
ja: {item}は一つなのに{amount}が二回引き落とされて<います|る>
ja*: 明細に{item}の{amount}が二行載って<います|る>
zh: {item}的{amount}被扣了两次
zh: 只买了一{item#}{item}，{amount}却[重复扣款|扣了两遍]
zh*: 账单上{item}的{amount}出现了两笔

# payment.overcharge
en: Order {order} was charged {amount} more than the price shown
en: The total of order {order} is {amount} higher than it was at checkout
ko: 주문 {order}~이 표시된 가격보다 {amount} 더 결제<됐어요|됐습니다|됐어>
ko: {order}번 결제 금액이 {amount} 더 [나왔<어요|습니다|어>|청구됐<어요|습니다|어>]
ko*: {order}번, 분명히 본 값보다 {amount}~이나 비싸게 나갔<어요|습니다|어>
ja: 注文{order}が表示価格より{amount}多く請求<されました|された>
ja: {order}の決済金額が{amount}高く<なっています|なってる>
ja*: {order}、画面で見た額より{amount}も余計に取られ<ました|た>
zh: 订单{order}比标价多扣了{amount}
zh: {order}的付款金额多了{amount}
zh*: {order}明明不是这个价，怎么贵了{amount}

# payment.receipt
en: I need a [receipt|invoice] for order {order}, paid by {pay}
en: Where can I print the [receipt|tax invoice] for order {order}? I paid by {pay}
ko: {pay}~으로 결제한 주문 {order} 영수증 [발급해|보내] <주세요|주시기 바랍니다|줘>
ko: 주문 {order} [영수증|세금계산서] 어디서 <뽑나요|출력합니까|뽑아>? {pay}~으로 <냈어요|결제했습니다|냈어>
ko*: {order}번 회사에 제출할 증빙이 <필요해요|필요합니다|필요해>. {pay} <썼어요|사용했습니다|썼어>
ja: {pay}で払った注文{order}の[領収書|レシート]を[発行して|送って]<ください|ほしい>
ja: 注文{order}の領収書はどこで印刷でき<ますか|る>？{pay}で払<いました|った>
ja*: {order}の経費精算に書類が<必要です。{pay}を使いました|必要。{pay}を使った>
zh: {pay}付的订单{order}请[开发票|给我开张发票]
zh: 订单{order}的[发票|收据]在哪儿打印？用{pay}付的
zh*: {order}要报销，需要个凭证，当时用的{pay}

# payment.coupon
en: The coupon of {amount} isn't applied to the {item}
en: I have a coupon of {amount}, but the price of the {item} [stays the same|doesn't change] at checkout
ko: {item}에 {amount} 쿠폰이 적용이 안 <돼요|됩니다|돼>
ko: {amount} 할인 쿠폰 있는데 {item} 결제할 때 [금액이 <그대로예요|그대로입니다|그대로야>|안 <써져요|써집니다|써져>]
ko*: {item} 살 때 쓰려던 {amount}짜리 할인권이 안 <먹혀요|먹힙니다|먹혀>
ja: {item}に{amount}のクーポンが適用<されません|されない>
ja: {amount}のクーポンが<ありますが|あるのに>、{item}の会計で[金額が変わ<りません|らない>|使え<ません|ない>]
ja*: {item}に使うつもりの{amount}割引券が効<きません|かない>
zh: {item}用不了{amount}的优惠券
zh: 有张{amount}的优惠券，结算{item}的时候[价格没变|用不上]
zh*: 本来想买{item}抵扣{amount}，券不生效

# payment.other_method
en: Can I pay for order {order} by {pay} instead?
en: I want to change the payment method of order {order} to {pay}
ko: 주문 {order} 결제 수단을 {pay}~으로 [바꿀|변경할] 수 <있나요|있습니까|있어>?
ko: {order}번 {pay}~으로 다시 결제하고 <싶어요|싶습니다|싶어>
ko*: {order}번은 {pay}~으로 계산하면 안 <될까요|됩니까|돼>?
ja: 注文{order}の支払い方法を{pay}に[変更<できますか|できる>|変え<られますか|られる>]？
ja: {order}を{pay}で払い直<したいです|したい>
ja*: {order}の会計は{pay}でも<いいですか|いい>？
zh: 订单{order}能改成{pay}付款吗？
zh: {order}这单想换{pay}[支付|付]
zh*: {order}改拿{pay}结账行不行？

# payment.pending
en: The payment for order {order} has been pending for {span}
en: I paid for order {order} {span} ago, yet it still says waiting for payment
ko: 주문 {order}~이 {span}째 결제 대기 [중<이에요|입니다|이야>|상태<예요|입니다|야>]
ko: {order}번 돈 보낸 지 {span}~이 됐는데 아직 입금 확인이 안 <됐어요|됐습니다|됐어>
ko*: {span} 전에 낸 {order}번이 아직도 미결제로 <떠요|뜹니다|떠>
ja: 注文{order}が{span}も支払い待ちの<ままです|まま>
ja: {order}は{span}前に払っ<たのに、まだ入金確認中です|たのに、まだ入金確認中>
ja*: {span}前に振り込んだ{order}が未払いと表示<されます|される>
zh: 订单{order}{span}了还显示待付款
zh: {order}的钱付了{span}，[还没确认到账|一直是待支付]
zh*: {span}前就结清的{order}，怎么还说没付

# payment.installments
en: Can I pay for the {device} in [installments|monthly payments] over {months}?
en: Is it possible to split the cost of the {device} over {months}?
ko: {device} {months} 할부 <되나요|됩니까|돼>?
ko: {device} {months}~으로 나눠서 결제할 수 <있나요|있습니까|있어>?
ko*: 한 번에 내기 부담스러운데 {device} {months} 무이자 <있을까요|있습니까|있어>?
ja: {device}は{months}の分割払い<できますか|できる>？
ja: {device}を{months}に分けて支払え<ますか|る>？
ja*: 一括は<厳しいのですが|厳しいから>、{device}は{months}の無金利で<いけますか|いける>？
zh: {device}可以分期吗？想分{months}
zh: {device}能不能分{months}付？
zh*: 一次付清有点吃力，{device}有{months}免息吗？

# payment.unknown
en: There is a charge of {amount} from {shop} [on my card|on my statement] that I don't recognize, it was made {when}
en: {when} {amount} was taken by {shop} and I don't know what for
ko: {when} {shop}에서 {amount}~이 빠져나갔는데 [뭔지 모르겠<어요|습니다|어>|<저는|저는|나는> 쓴 적이 없<어요|습니다|어>]
ko: {shop} 이름으로 {when} {amount} 결제된 거 <뭔가요|무엇입니까|뭐야>?
ko*: 카드 명세서에 모르는 {amount}~이 <있어요|있습니다|있어>. {shop}, {when} 찍혔<어요|습니다|어>
ja: {when}{shop}から{amount}が引き落とされ<ましたが、覚えがありません|たけど、覚えがない>
ja: {shop}名義で{when}決済された{amount}は何<ですか|>？
ja*: 明細に知らない{amount}が<あります|ある>。{when}{shop}が引いたもの<です|>
zh: {when}{shop}扣了我{amount}，[不知道是什么钱|我没买过东西]
zh: {shop}{when}收的{amount}是什么费用？
zh*: 账单里有笔不认识的{amount}，{shop}，{when}的

# payment.billed_after_cancel
en: I cancelled order {order}, and yet I was billed again by {pay}
en: Why was I billed by {pay} for order {order}, which I cancelled?
ko: 주문 {order} 취소했는데 {pay}~으로 또 [청구됐<어요|습니다|어>|결제됐<어요|습니다|어>]
ko: 취소한 {order}번이 왜 {pay}에서 [빠져나갔<나요|습니까|어>|결제<되나요|됩니까|돼>]?
ko*: {order}번은 없앤 주문인데 {pay} 승인 문자가 또 <왔어요|왔습니다|왔어>
ja: 注文{order}をキャンセルしたのに、{pay}にまた請求が来<ました|た>
ja: 取り消した{order}がなぜ{pay}で決済され<ましたか|たの>？
ja*: {order}はやめた注文なのに、{pay}の利用通知がまた届<きました|いた>
zh: 订单{order}取消了，{pay}却又被扣款
zh: 已经取消的{order}为什么还从{pay}[扣钱|扣款]？
zh*: {order}早撤了，{pay}又来一条扣费通知

# payment.checkout_freezes
en: I'm logged in fine, but the checkout freezes when I pay for the {item} on my {gadget}
en: On my {gadget} the payment page [never loads|stays white] after I choose the {item}
ko: 로그인은 되는데 {gadget}~으로 {item} 결제하려면 화면이 <멈춰요|멈춥니다|멈춰>
ko: {gadget}에서 {item} 담고 결제창이 안 <떠요|뜹니다|떠>
ko*: {item} 계산하려고 하면 {gadget} 화면이 하얗게만 <나와요|나옵니다|나와>
ja: ログインは<できますが|できるけど>、{gadget}で{item}を決済すると画面が[固ま<ります|る>|止ま<ります|る>]
ja: {gadget}で{item}を選んでも支払い画面が<開きません|開かない>
ja*: {item}の会計に進むと、{gadget}の画面が真っ白に<なります|なる>
zh: 能登录，但是用{gadget}付{item}的钱时页面[卡住|卡死]了
zh: {gadget}上选好{item}以后支付页面[打不开|出不来]
zh*: {item}一结账，{gadget}就白屏

# payment.points
en: I wanted to use {amount} of points on the {item}, but I had to pay the full price
en: Why can't I use my points worth {amount} for the {item}?
ko: {item} 살 때 적립금 {amount} 쓰려고 했는데 전액 결제<됐어요|됐습니다|됐어>
ko: 포인트 {amount}~이 있는데 왜 {item}에 못 <쓰나요|씁니까|써>?
ko*: {item} 값에서 적립금 {amount}~이 안 <빠졌어요|빠졌습니다|빠졌어>
ja: {item}に{amount}分のポイントを使うつもりが、全額決済<されました|された>
ja: ポイントが{amount}分あるのに、なぜ{item}に<使えませんか|使えないの>？
ja*: {item}の代金からポイント{amount}分が引かれて<いません|ない>
zh: 买{item}想用{amount}的积分，结果[全额付款了|一分没抵]
zh: 我有{amount}的积分，为什么买{item}不能用？
zh*: {item}的钱里没抵掉那{amount}积分

# payment.transfer_account
en: Which bank account should I send the {amount} for the {item} to?
en: I want to pay {amount} for the {item} by transfer, please tell me the account number
ko: {item} {amount} 어느 계좌로 [보내면|입금하면] <되나요|됩니까|돼>?
ko: {item} 값 {amount} 입금할 계좌번호 좀 알려 <주세요|주시기 바랍니다|줘>
ko*: {item} 무통장으로 {amount} 내려는데 은행이랑 번호가 안 <보여요|보입니다|보여>
ja: {item}の{amount}はどの口座に[振り込めば|送れば]<いいですか|いい>？
ja: {item}の代金{amount}を振り込むので、口座番号を教えて<ください|>
ja*: {item}の{amount}を<入金したいのですが|入金したいのに>、銀行名が見つか<りません|らない>
zh: {item}的{amount}[转到|打到]哪个账户？
zh: {item}要付{amount}，请告诉我[银行账号|转账账号]
zh*: 想给{item}汇{amount}，没看到开户行
"""
