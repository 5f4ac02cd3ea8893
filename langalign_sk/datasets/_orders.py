"""Templates of three intents about an order on its way: delivery, cancel, address.

``# name`` opens one abstract meaning; each line below is a wording of it, and ``ko*`` one that only held-out text uses. The
notation is explained in ``_grammar.py``.
"""

# One template and its translations on one line each: they are read side by side.
# ruff: noqa: E501
from __future__ import annotations

ORDERS = """
# delivery.where
en: Where is the {item} I [ordered|bought] {when}?
en: [Any news on|What's happening with] the {item} I [ordered|bought] {when}?
en: I [ordered|bought] [a|the] {item} {when} and would like to know [where it is now|when it will get here]
ko: {when} [주문한|산|구매한] {item} [지금 어디쯤 <왔나요|왔습니까|왔어>|언제쯤 <오나요|받을 수 있습니까|와>]?
ko: {when} [시킨|주문한] {item} 배송 [상태|현황] 좀 [알려|확인해] <주세요|주시기 바랍니다|줘>
ko*: {item}~을 {when} 주문했는데 지금 어디까지 왔는지 <궁금해요|궁금합니다|궁금해>
ja: {when}[注文した|買った|購入した]{item}は[今どこに<ありますか|ある>|いつ<届きますか|届く>]？
ja: {when}[頼んだ|注文した]{item}の配送状況を[<教えてください|教えて>|<知りたいです|知りたい>]
ja*: {item}を{when}<注文しましたが|注文したけど>、今どのあたりまで来て<いますか|る>？
zh: 我{when}[买|订]的{item}[现在到哪了|什么时候能到|送到哪儿了]？
zh: [麻烦|请]帮我查一下{when}[买|下单]的{item}的物流
zh*: {when}下单的{item}，想知道走到哪里了

# delivery.overdue
en: It's been {span} and my {item} [still hasn't arrived|isn't here yet]
en: I [ordered|bought] [the|a] {item} {span} ago and it still hasn't [come|shown up]
en: I've been waiting {span} for my {item}
ko: {item} 주문한 지 {span}~이 지났는데 아직[|도] <안 왔어요|도착하지 않았습니다|안 왔어>
ko: {span}째 {item}~을 기다리고 <있어요|있습니다|있어>
ko*: {span} 전에 시킨 {item}~이 <감감무소식이네요|감감무소식입니다|감감무소식이야>
ja: {item}を注文してから{span}<経ちますが、まだ届きません|経つけど、まだ届かない>
ja: {span}も{item}を待って<います|る>
ja*: {span}前に頼んだ{item}がいまだに<来ていません|来てない>
zh: {item}[下单|买了]都{span}了，[还没到|到现在还没收到]
zh: 我的{item}[已经|]等了{span}了
zh*: {span}前买的{item}怎么还不见影子

# delivery.tracking
en: The tracking for order {order} [hasn't moved|shows nothing new] in {span}
en: For {span} the tracking page of order {order} has said the same thing
ko: 주문번호 {order} 배송 조회가 {span}째 <그대로예요|그대로입니다|그대로야>
ko: {order}번 주문 운송장이 {span} 동안 [업데이트가 안 <돼요|됩니다|돼>|안 <움직여요|움직입니다|움직여>]
ko*: {span} 동안 조회해 봐도 {order}번 주문은 같은 곳에 멈춰 <있어요|있습니다|있어>
ja: 注文番号{order}の追跡情報が{span}も更新されて<いません|ない>
ja: {order}の注文は追跡が{span}ずっと同じ<ままです|まま>
ja*: {span}の間何度見ても、注文{order}の荷物が動いて<いません|ない>
zh: 订单{order}的物流[信息|]{span}没更新了
zh: {order}号订单的快递{span}都[没动过|停在一个地方]
zh*: 查了{span}，{order}这单的物流一点变化都没有

# delivery.marked_delivered
en: It says delivered, but there is no {item} at {place}
en: The courier says the {item} was left at {place}, but I can't find it [there|anywhere]
ko: 배송 완료라고 뜨는데 {place}에 {item}~이 <없어요|없습니다|없어>
ko: 기사님은 {item}~을 {place}에 두고 갔다는데 [안 <보여요|보입니다|보여>|찾을 수가 <없어요|없습니다|없어>]
ko*: {place}에 가 봤는데 도착했다는 {item}~은 그림자도 <없네요|없습니다|없네>
ja: 配達済みと<なっていますが|なってるけど>、{place}に{item}が<ありません|ない>
ja: 配達員は{item}を{place}に置いたと言って<いますが、見つかりません|るけど、見つからない>
ja*: {place}を<確認しましたが|見たけど>、届いたはずの{item}が<見当たりません|見当たらない>
zh: 显示已签收，可是{place}[没有|找不到]{item}
zh: 快递员说{item}放在{place}了，[可是|但]我没找到
zh*: 去{place}看过了，说是送到的{item}根本不在

# delivery.by_day
en: Will the {item} [arrive|get here|be here] by {day}?
en: I need the {item} by {day}. [Will it make it|Can I count on it]?
ko: {item} {day}까지 [받을 수 <있을까요|있습니까|있어>|<도착하나요|도착합니까|와>]?
ko: {day}까지 {item}~이 꼭 있어야 하는데 [그 전에|그때까지] <올까요|오겠습니까|올까>?
ko*: 늦어도 {day}까지는 {item}~이 와야 하는데 <가능할까요|가능합니까|가능해>?
ja: {item}は{day}までに[<届きますか|届く>|<受け取れますか|受け取れる>]？
ja: {day}までに{item}が<必要です。間に合いますか|いるんだけど、間に合う>？
ja*: 遅くとも{day}には{item}が手元に<ほしいのですが、|ほしいんだけど、><大丈夫ですか|大丈夫>？
zh: {item}{day}之前能[到|送到|收到]吗？
zh: 我{day}之前要用{item}，[来得及吗|赶得上吗]？
zh*: 最晚{day}得拿到{item}，能送到不？

# delivery.shipped_yet
en: Has the {item} from order {order} [been shipped|left the warehouse] [yet|]?
en: When [are you going to ship|will you send out] the {item} in order {order}?
ko: 주문번호 {order} {item} [출고<됐나요|됐습니까|됐어>|발송<했나요|했습니까|했어>]?
ko: {order}번으로 주문한 {item}~은 언제 [출발<하나요|합니까|해>|보내 <주시나요|주십니까|줘>]?
ko*: {item}(주문 {order}) 아직 창고에 <있는 건가요|있습니까|있는 거야>?
ja: 注文番号{order}の{item}はもう[発送<されましたか|された>|<出荷済みですか|出荷済み>]？
ja: 注文{order}の{item}はいつ発送<されますか|される>？
ja*: {item}（注文{order}）はまだ倉庫に<あるのでしょうか|あるの>？
zh: 订单{order}的{item}[发货了吗|寄出来了吗]？
zh: {order}这单的{item}什么时候[发货|寄出]？
zh*: {item}，单号{order}，是不是还在仓库里？

# delivery.one_missing
en: Only part of order {order} has come so far; the {item} is still [on its way|missing]
en: The {item} was sent separately from the rest of order {order}. When does it come?
ko: 주문 {order} 중에 {item}만 아직 안 <왔어요|왔습니다|왔어>
ko: {order}번 주문에서 {item}~은 따로 온다던데 언제 <오나요|옵니까|와>?
ko*: 나머지는 다 받았고 {order}번 주문의 {item} 하나만 기다리는 <중이에요|중입니다|중이야>
ja: 注文{order}のうち、{item}だけまだ届いて<いません|ない>
ja: 注文{order}の{item}は別便だと<聞きましたが、いつ来ますか|聞いたけど、いつ来る>？
ja*: 他は<受け取りましたが|受け取ったけど>、注文{order}の{item}だけ待っている<ところです|ところ>
zh: 订单{order}里就{item}还没[到|送来]
zh: {order}这单的{item}说是分开发的，[什么时候到|哪天能送来]？
zh*: 别的都收到了，{order}那单就等{item}了

# delivery.paid_but_nothing
en: You took my money {when}, but the {item} never came
en: I paid for the {item} {when} and have nothing in my hands [yet|so far]
ko: 돈은 {when} 빠져나갔는데 {item}~은 아직[|도] <안 왔어요|오지 않았습니다|안 왔어>
ko: {item} 값을 {when} 냈는데 아직 아무것도 못 <받았어요|받았습니다|받았어>
ko*: {when} 결제까지 끝낸 {item}~이 도대체 언제 <오나요|옵니까|와>?
ja: {when}代金を<払いましたが、{item}が届きません|払ったのに、{item}が届かない>
ja: {item}の代金は{when}引き落とされたのに、何も受け取って<いません|ない>
ja*: {when}決済まで済ませた{item}は一体いつ<来るのですか|来るの>？
zh: {when}钱就扣了，{item}却一直没到
zh: {item}的钱{when}就付了，[到现在什么都没收到|东西呢]？
zh*: {when}付完款的{item}到底哪天才能送来？

# delivery.not_cancel
en: I don't want to cancel order {order}, I only want to know when the {item} comes
en: Please don't cancel order {order}. [Just tell me|I'd just like to know] how much longer the {item} will take
ko: 주문 {order} 취소하려는 건 <아니고요|아니고|아니고>, {item} 언제 오는지만 알려 <주세요|주시기 바랍니다|줘>
ko: {order}번 취소는 하지 말고 {item} 도착일만 [확인해|알려] <주세요|주십시오|줘>
ko*: 취소 <말고요|말고|말고>, {order}번 {item}~이 얼마나 더 걸리는지 <궁금해요|궁금합니다|궁금해>
ja: 注文{order}をキャンセルしたいのではなく、{item}がいつ来るか<知りたいだけです|知りたいだけ>
ja: {order}の注文はキャンセルしないで、{item}の到着日だけ<教えてください|教えて>
ja*: キャンセルではなくて、注文{order}の{item}があとどのくらいかかるのか<気になっています|気になってる>
zh: 订单{order}不是要取消，我就想知道{item}[什么时候到|哪天能到]
zh: {order}这单别取消，告诉我{item}还要[多久|几天]就行
zh*: 没打算退{order}这单，只问一下{item}还得等多长时间

# delivery.to_city
en: How [long|many days] does the {item} take to get to {city}?
en: I ordered the {item} to {city}. How many days [until it arrives|does that take]?
ko: {item} {city}까지 배송이 [며칠 <걸리나요|걸립니까|걸려>|얼마나 <걸려요|걸립니까|걸려>]?
ko: {city}~으로 {item} 주문했는데 며칠이면 <도착하나요|도착합니까|와>?
ko*: {city}<인데요|입니다만|인데>, {item} 받으려면 보통 며칠 기다려야 <하나요|합니까|해>?
ja: {item}は{city}まで[何日<かかりますか|かかる>|どのくらいで<届きますか|届く>]？
ja: {city}に{item}を<注文しました。何日で着きますか|頼んだけど、何日で着く>？
ja*: {city}<ですが|だけど>、{item}を受け取るまで普通どのくらい<待ちますか|待つ>？
zh: {item}[寄|送]到{city}要[几天|多久]？
zh: 我{item}的收货地是{city}，[几天能到|大概哪天到]？
zh*: {city}这边收{item}一般得等几天？

# delivery.day_changed
en: The {item} was promised for {day}. Is that still right?
en: First you said {day}, and now there is no date at all for the {item}
ko: {item} {day} 온다고 했는데 [그대로 오는 거 <맞나요|맞습니까|맞아>|변동 <없나요|없습니까|없어>]?
ko: 처음엔 {day}~이라고 하더니 이제는 {item} 도착 예정일이 아예 안 <떠요|뜹니다|떠>
ko*: {day} 도착이라던 {item}, 날짜가 또 밀린 <건가요|것입니까|거야>?
ja: {item}は{day}には届くと<聞きましたが、予定通りですか|聞いたけど、予定通り>？
ja: 最初は{day}と<言われましたが|言われたのに>、今は{item}のお届け予定日が表示され<ません|ない>
ja*: {day}着のはずの{item}、また日にちが延びた<のでしょうか|の>？
zh: {item}说好{day}到的，[还准吗|没变吧]？
zh: 一开始说{day}，现在{item}连预计送达时间都不显示了
zh*: 原定{day}送的{item}，是不是又往后推了？

# delivery.who_brings
en: Which courier is bringing the {item} to {place}, and [when|at what time]?
en: Somebody should be at {place} when the {item} comes, so what time will the driver be there?
ko: {place}~으로 오는 {item}~은 어느 택배사[고 몇 시쯤 <오나요|옵니까|와>|로 <오나요|옵니까|와>]?
ko: {item} 받으려면 {place}에 사람이 있어야 하는데 기사님 몇 시쯤 <오세요|오십니까|와>?
ko*: 오늘 {place}에서 {item} 기다리는데 대략 몇 시쯤 <될까요|되겠습니까|될까>?
ja: {place}に来る{item}はどの運送会社で、何時ごろ<になりますか|になる>？
ja: {item}を受け取るのに{place}に人が<必要ですが、何時ごろ来ますか|要るんだけど、何時ごろ来る>？
ja*: 今日{place}で{item}を待って<いますが、だいたい何時ごろでしょうか|るけど、だいたい何時ごろ>？
zh: 送到{place}的{item}是哪家快递，[几点到|大概几点来]？
zh: 收{item}的时候{place}得有人，快递员几点[来|到]？
zh*: 今天在{place}等{item}，大概几点能来？

# cancel.recent
en: Please cancel the {item} I ordered {when}
en: [I'd like to|I want to] cancel the order I placed {when} for the {item}
en: I ordered [the|a] {item} {when}. [Please cancel it|I'd like to cancel]
ko: {when} 주문한 {item} [취소해 <주세요|주시기 바랍니다|줘>|취소하고 <싶어요|싶습니다|싶어>]
ko: {item} 주문[한 거|] 취소 <부탁드려요|부탁드립니다|부탁해>, {when} <주문했어요|주문했습니다|주문했어>
ko*: {when} {item}~을 시켰는데 없던 일로 해 <주세요|주십시오|줘>
ja: {when}注文した{item}を[キャンセル<してください|して>|キャンセル<したいです|したい>]
ja: {item}の注文、[取り消し|キャンセル]を<お願いします|お願い>。{when}頼んだもの<です|>
ja*: {when}{item}を<頼みましたが|頼んだけど>、なかったことにして<ください|ほしい>
zh: [请|麻烦]取消我{when}[买|订]的{item}
zh: {when}下单的{item}[我想取消|不要了，帮我取消]
zh*: {when}拍的{item}，就当我没买过吧

# cancel.reason
en: I want to cancel order {order} because {reason}
en: Please cancel order {order}. The thing is, {reason}
ko: {reason} 주문 {order} 취소하고 <싶어요|싶습니다|싶어>
ko: {order}번 주문 취소해 <주세요|주시기 바랍니다|줘>. {reason} <그래요|그렇습니다|그래>
ko*: {reason} 그런데 {order}번 주문 없애 <주실 수 있나요|주실 수 있습니까|줄 수 있어>?
ja: {reason}、注文{order}をキャンセル<したいです|したい>
ja: 注文番号{order}を[取り消して|キャンセルして]<ください|>。{reason}
ja*: {reason}、{order}の注文をなしにして<もらえますか|もらえる>？
zh: {reason}，想取消订单{order}
zh: [请|麻烦]把订单{order}取消[掉|]，{reason}
zh*: {reason}，{order}这单能撤了吗？

# cancel.drop_item
en: Please [don't send|drop] the {item}; {reason}
en: As {reason}, you can [take the {item} off my order|leave the {item} out of my order]
ko: {reason} {item}~은 [안 보내 주셔도 <돼요|됩니다|돼>|주문에서 빼 <주세요|주십시오|줘>]
ko: 주문한 {item} 보내지 말아 <주세요|주십시오|줘>. {reason} <그래요|그렇습니다|그래>
ko*: {reason} 그러는데 {item} 출고 전이면 멈춰 <주세요|주시기 바랍니다|줘>
ja: {reason}、{item}は[送らないで<ください|>|注文から外して<ください|>]
ja: 注文した{item}は発送を止めて<ください|ほしい>。{reason}
ja*: {reason}、{item}は出荷前なら<取りやめます|やめたい>
zh: {reason}，{item}[不用发了|就别发货了]
zh: 我订的{item}别寄了，{reason}
zh*: {reason}，{item}要是还没出库就拦下来吧

# cancel.twice
en: I ordered the same {item} twice by mistake. Please cancel order {order}
en: Order {order} is a duplicate of the {item} I already ordered, please cancel it
ko: {item}~을 실수로 두 번 <주문했어요|주문했습니다|주문했어>. {order}번은 취소해 <주세요|주시기 바랍니다|줘>
ko: 주문 {order}~은 {item} 중복 주문이라 [하나만 남기고 취소해|취소해] <주세요|주십시오|줘>
ko*: {item} 주문이 두 개 <들어갔네요|들어갔습니다|들어갔네>. {order} 쪽을 지워 <주세요|주시기 바랍니다|줘>
ja: {item}を間違えて二回注文<しました|した>。{order}の方をキャンセルして<ください|>
ja: 注文{order}は{item}の重複注文なので、[取り消して|キャンセルして]<ください|ほしい>
ja*: {item}の注文が二つ入って<しまいました|しまった>。{order}の方を消して<ください|>
zh: 同一{item#}{item}不小心下了两单，请把{order}取消
zh: 订单{order}是重复拍的{item}，[帮我取消|取消掉就行]
zh*: {item}多拍了一{item#}，{order}那单去掉吧

# cancel.unless_ship
en: If the {item} can't ship by {day}, please cancel it
en: Unless the {item} leaves by {day}, I'd rather cancel [the order|]
ko: {item} {day}까지 출고 안 되면 취소해 <주세요|주시기 바랍니다|줘>
ko: {day}까지 못 보내면 {item} 주문은 취소<할게요|하겠습니다|할게>
ko*: {day} 안에 발송이 힘들면 {item}~은 그냥 없던 걸로 <할게요|하겠습니다|할게>
ja: {item}が{day}までに発送できないならキャンセルして<ください|ほしい>
ja: {day}までに出荷されなければ、{item}の注文は取り消<します|す>
ja*: {day}までの発送が難しければ、{item}はもう<結構です|いいや>
zh: {item}{day}之前发不了货的话就[取消吧|给我取消]
zh: 要是{day}之前寄不出来，{item}这单我就取消了
zh*: {day}前还发不出来，{item}就不用了

# cancel.tired_of_waiting
en: I've waited {span} for the {item}. Forget it, cancel [the order|it]
en: After {span} without any delivery I don't want the {item} any more, so cancel it
ko: {item} {span}~이나 <기다렸어요|기다렸습니다|기다렸어>. 됐으니까 취소해 <주세요|주십시오|줘>
ko: {span} 동안 배송이 안 되니 {item} 주문 그냥 취소<할래요|하겠습니다|할래>
ko*: {span} 기다리다 <지쳤어요|지쳤습니다|지쳤어>. {item} 이제 안 받을 테니 주문 <빼 주세요|빼 주십시오|빼 줘>
ja: {item}を{span}も<待ちました|待った>。もういいのでキャンセルして<ください|>
ja: {span}経っても届かないので、{item}の注文を取り消<します|す>
ja*: {span}待って<疲れました|疲れた>。{item}はもう要らないので注文を<止めてください|止めて>
zh: {item}等了{span}，算了，[取消吧|给我取消]
zh: {span}都没送到，{item}我不想要了，把订单取消
zh*: 等{span}等烦了，{item}这单撤了吧

# cancel.too_late
en: Is it too late to cancel order {order}[ that I placed|, placed] {when}?
en: Can I still cancel order {order}? I placed it {when}
ko: {when} 넣은 주문 {order} 지금 취소하면 <늦었을까요|늦습니까|늦었어>?
ko: {order}번 주문, {when} 한 건데 아직 취소 <되나요|됩니까|돼>?
ko*: {when} 주문한 {order}번 이제 와서 무르는 건 <안 될까요|안 됩니까|안 돼>?
ja: {when}した注文{order}は[まだキャンセル<できますか|できる>|もうキャンセル<できませんか|できない>]？
ja: 注文番号{order}、{when}頼んだもの<ですが|だけど>、今からでも取り消<せますか|せる>？
ja*: {when}入れた{order}の注文、今さらやめるのは<無理でしょうか|無理かな>？
zh: {when}下的订单{order}[现在|]还能取消吗？
zh: {order}这单是{when}下的，现在取消来得及吗？
zh*: {when}拍的{order}，这会儿反悔还行吗？

# cancel.wrong_option
en: I picked {color} by mistake, please undo the order for the {item}
en: The {item} should not have been {color}. Cancel it and I'll order again
ko: 실수로 {color}~을 <골랐어요|골랐습니다|골랐어>. {item} 주문 취소해 <주세요|주시기 바랍니다|줘>
ko: {item} {color}~으로 잘못 주문해서 취소하고 다시 <시킬게요|주문하겠습니다|시킬게>
ko*: 옵션을 {color}~으로 잘못 눌렀는데 {item} 주문 무를 수 <있을까요|있습니까|있어>?
ja: 間違えて{color}を選んだので、{item}の注文を[キャンセル|取り消し]<したいです|したい>
ja: {item}を{color}で注文して<しまいました。取り消して注文し直します|しまったから、取り消して注文し直す>
ja*: うっかり{color}の{item}で確定したので、一度なかったことにして<ください|ほしい>
zh: 颜色选错了，选成{color}了，{item}这单[取消吧|帮我取消]
zh: {item}不小心拍成{color}，取消以后我重新下单
zh*: 手滑点了{color}的{item}，能撤回吗？

# cancel.button
en: The cancel button for the {item} in order {order} does nothing. Please do it for me
en: I tried to cancel the {item} (order {order}) in the app but [it gives an error|the button is gray]
ko: 주문 {order} {item} 취소 버튼이 안 <눌려요|눌립니다|눌려>. 대신 취소해 <주세요|주시기 바랍니다|줘>
ko: 앱에서 {item} 주문({order}) 취소하려는데 [오류가 <나요|납니다|나>|버튼이 없<어요|습니다|어>]
ko*: {order}번 {item}, 취소가 안 먹히는데 상담원이 해 줄 수 <있나요|있습니까|있어>?
ja: 注文{order}の{item}のキャンセルボタンが<押せません|押せない>。代わりに取り消して<ください|ほしい>
ja: アプリで{item}（注文{order}）をキャンセルしようとすると[エラーに<なります|なる>|ボタンが<ありません|ない>]
ja*: {order}の{item}、取り消しが効かないので、そちらで処理して<もらえますか|くれる>？
zh: 订单{order}的{item}取消按钮点不了，[请|]帮我取消
zh: 在APP里取消{item}（订单{order}）[一直报错|找不到按钮]
zh*: {order}的{item}我这边撤不了，你们后台能操作吗？

# cancel.stop_charge
en: Stop the {item} before it ships so that the {amount} isn't charged
en: I don't want to be billed {amount}, so please withdraw my order for the {item}
ko: {amount} 결제되기 전에 {item} 주문 [멈춰|취소해] <주세요|주십시오|줘>
ko: {amount} 청구되지 않게 {item} 주문을 철회하고 <싶어요|싶습니다|싶어>
ko*: {item} 아직 안 보냈으면 {amount} 빠져나가기 전에 주문 빼 <주세요|주시기 바랍니다|줘>
ja: {amount}が引き落とされる前に{item}の注文を[止めて|キャンセルして]<ください|ほしい>
ja: {amount}請求されないように、{item}の注文を取り下げ<たいです|たい>
ja*: {item}がまだ発送前なら、{amount}の請求が来る前にやめて<ください|>
zh: 趁{amount}还没扣，把{item}的订单[停掉|取消]吧
zh: 不想被扣{amount}，请撤销{item}的订单
zh*: {item}还没寄的话，{amount}扣款之前帮我拦住

# cancel.subscription
en: I want to stop the monthly delivery of {bottle} because {reason}
en: Please end my {bottle} subscription; {reason}
ko: {reason} {bottle} 정기배송 [해지|중단]하고 <싶어요|싶습니다|싶어>
ko: {bottle} 정기구독 끊어 <주세요|주십시오|줘>. {reason} <그래요|그렇습니다|그래>
ko*: {reason} 다음 달부터 {bottle}~은 안 보내 주셔도 <돼요|됩니다|돼>
ja: {reason}、{bottle}の定期便を[解約|停止]<したいです|したい>
ja: {bottle}の定期購入をやめ<たいです|たい>。{reason}
ja*: {reason}、来月から{bottle}は<送らなくて結構です|送らなくていい>
zh: {reason}，想[停掉|取消]{bottle}的每月订购
zh: 请把{bottle}的定期配送停了，{reason}
zh*: {reason}，下个月起{bottle}就别再寄了

# cancel.only_one
en: Keep the rest of order {order} but cancel the {item}
en: From order {order} I only want to remove the {item}
ko: 주문 {order}에서 {item}만 취소해 <주세요|주시기 바랍니다|줘>
ko: {order}번 주문 다른 건 두고 {item}만 빼 <주세요|주십시오|줘>
ko*: {order} 주문 중에 {item} 하나만 부분 취소 <될까요|됩니까|돼>?
ja: 注文{order}のうち{item}だけキャンセル<したいです|したい>
ja: 注文{order}は他はそのままで、{item}だけ[外して|取り消して]<ください|>
ja*: {order}の注文から{item}一点だけ取りやめ<できますか|られる>？
zh: 订单{order}里只取消{item}，[其他的保留|别的照发]
zh: {order}这单就把{item}去掉
zh*: {order}里面单独撤一{item#}{item}行吗？

# cancel.address_instead
en: No need to change the address to {city}; cancel the {item} altogether
en: I asked you to send the {item} to {city}, but now I'd rather not have it at all
ko: {city}~으로 주소 바꾸는 건 됐고 {item} 아예 취소해 <주세요|주십시오|줘>
ko: {item}~을 {city}~으로 보내 달라고 했는데 그냥 주문 취소<할게요|하겠습니다|할게>
ko*: {city} 배송 변경 <말고요|말고|말고>, {item} 주문 자체를 없애 <주세요|주십시오|줘>
ja: {city}への住所変更はもう<いいので|いいから>、{item}をキャンセルして<ください|>
ja: {item}を{city}に送るよう<頼みましたが、やはり注文を取り消します|頼んだけど、やっぱり取り消す>
ja*: {city}に変えるのではなく、{item}の注文自体を<なくしてください|なくして>
zh: 不用改地址到{city}了，{item}直接取消[吧|]
zh: 之前说{item}寄到{city}，现在干脆[不要了|把单取消]
zh*: 别往{city}寄了，{item}整单撤掉

# address.to_place
en: Please send the {item} to {place} instead
en: [Can you|Could you] deliver the {item} to {place} rather than to my home?
ko: {item} {place}~으로 [보내|배송해] <주세요|주시기 바랍니다|줘>, 집 <말고요|말고|말고>
ko: {item} 받는 곳을 {place}~으로 바꿀 수 <있을까요|있습니까|있어>?
ko*: 집에 아무도 없으니 {item}~은 {place} 쪽으로 돌려 <주세요|주십시오|줘>
ja: {item}は自宅ではなく{place}に[送って|届けて]<ください|ほしい>
ja: {item}のお届け先を{place}に変更<できますか|できる>？
ja*: 家が留守なので、{item}は{place}の方に回して<ください|ほしい>
zh: {item}[请|麻烦]改送到{place}
zh: 能不能把{item}寄到{place}，不要寄[家里|我家]？
zh*: 家里没人，{item}转到{place}吧

# address.moving
en: I'm moving to {city}, so please change the address on order {order}
en: My new address is in {city}. Can you update order {order}?
ko: {city}~으로 이사하는데 주문 {order} 주소 [바꿔|변경해] <주세요|주시기 바랍니다|줘>
ko: {order}번 주문 배송지를 {city} 새집으로 [변경하고|바꾸고] <싶어요|싶습니다|싶어>
ko*: 이번에 {city}~으로 옮기게 돼서 {order}번은 그쪽에서 받아야 <해요|합니다|해>
ja: {city}に引っ越すので、注文{order}の住所を変更して<ください|ほしい>
ja: 注文{order}の配送先を{city}の新居に[変えたい|変更したい]<です|>
ja*: このたび{city}に移ることに<なりました。{order}はそちらで受け取ります|なったから、{order}はそっちで受け取る>
zh: 我要搬到{city}，[请把|麻烦把]订单{order}的地址改一下
zh: 订单{order}的收货地址想改成{city}的新家
zh*: 马上去{city}住了，{order}得在那边收

# address.typed_old
en: I put my old address in {city} on order {order} by mistake
en: Order {order} shows {city}, which is where I used to live. Please correct it
ko: 주문 {order}에 예전 {city} 주소를 잘못 <적었어요|적었습니다|적었어>
ko: {order}번 주문이 옛날 {city} 집으로 되어 있는데 [고쳐|수정해] <주세요|주시기 바랍니다|줘>
ko*: {city}~은 전에 살던 곳인데 {order}번이 그리로 가게 생겼<어요|습니다|어>
ja: 注文{order}に以前の{city}の住所を間違えて入れて<しまいました|しまった>
ja: 注文{order}が前の{city}の家に<なっています。直してください|なってる。直して>
ja*: {city}は前に住んでいた所<ですが|だけど>、{order}がそこへ行きそう<です|>
zh: 订单{order}的地址不小心填成以前{city}的了
zh: {order}这单写的是{city}老房子，[请帮忙改过来|帮我改一下]
zh*: {city}是我以前住的地方，{order}这单要寄错了

# address.moved_already
en: I moved {when} and the {item} is going to my old place
en: We changed apartments {when}, so the {item} must go somewhere else
ko: {when} 이사했는데 {item}~이 옛날 집으로 가고 <있어요|있습니다|있어>
ko: {when} 집을 옮겨서 {item} [배송지를|받는 주소를] 바꿔야 <해요|합니다|해>
ko*: {item}~이 전에 살던 데로 갈 것 같<아요|습니다|아>. {when} 이사<했거든요|했습니다|했거든>
ja: {when}引っ越<しましたが|したけど>、{item}が前の家に送られて<います|る>
ja: {when}住まいが変わったので、{item}の[届け先|住所]を変え<たいです|たい>
ja*: {item}が元の家に行きそう<です。{when}引っ越したもので|。{when}引っ越したから>
zh: 我{when}搬家了，{item}却往旧地址送
zh: {when}换了房子，{item}的[收货地址|地址]得改
zh*: {item}怕是要送到老地方去了，我{when}搬的家

# address.phone_number
en: Please change the recipient's phone number on order {order} to the one ending in {digits}
en: The contact number for order {order} should end in {digits}
ko: 주문 {order} 받는 사람 연락처를 끝자리 {digits}~으로 [바꿔|변경해] <주세요|주시기 바랍니다|줘>
ko: {order}번 배송 정보에 전화번호가 <틀렸어요|틀렸습니다|틀렸어>. 뒷자리 {digits}~이 <맞아요|맞습니다|맞아>
ko*: {order}번 수령인 번호, {digits}~으로 끝나는 걸로 고쳐 <주세요|주십시오|줘>
ja: 注文{order}の受取人の電話番号を下4桁{digits}に変更して<ください|ほしい>
ja: 注文{order}の配送先の電話番号が違って<います。下4桁は{digits}です|る。下4桁は{digits}>
ja*: {order}の届け先の連絡先、末尾{digits}の番号に直して<ください|>
zh: 订单{order}的收件人电话请改成尾号{digits}的
zh: {order}的收货电话写错了，[应该是|]尾号{digits}
zh*: {order}收件人号码换成{digits}结尾的那个

# address.room
en: I forgot to write the apartment number for the {item}; it's {room}
en: The address for the {item} needs the room number {room} added
ko: {item} 주소에 호수를 <빼먹었어요|빠뜨렸습니다|빼먹었어>. {room}<예요|입니다|야>
ko: {item} 배송 주소에 {room} 추가해 <주세요|주시기 바랍니다|줘>
ko*: 동까지만 쓰고 {room}~을 안 <적었네요|적었습니다|적었네>. {item} 받는 곳<이에요|입니다|이야>
ja: {item}の住所に部屋番号を書き<忘れました|忘れた>。{room}<です|>
ja: {item}の配送先に{room}を追加して<ください|>
ja*: 建物名までで{room}を入れて<いませんでした|なかった>。{item}の届け先<です|>
zh: {item}的地址忘写门牌号了，是{room}
zh: {item}的收货地址请加上{room}
zh*: 只写到楼栋，{room}漏了，就是收{item}的地方

# address.not_home
en: Nobody is home until {day}, so deliver the {item} to {place}
en: I'm away until {day}. Please leave the {item} at {place}
ko: {day}까지 집에 아무도 없으니 {item}~은 {place}~으로 보내 <주세요|주십시오|줘>
ko: {day}까지 집을 비워서 {item}~은 {place}에 [맡겨|두고 가] <주세요|주시기 바랍니다|줘>
ko*: {item}, {day}까지는 {place}에서만 받을 수 <있어요|있습니다|있어>
ja: {day}まで家に誰もいないので、{item}は{place}に届けて<ください|ほしい>
ja: {day}まで留守<です。{item}は{place}に[預けて|置いて]ください|だから、{item}は{place}に[預けて|置いて]>
ja*: {item}、{day}までは{place}でしか<受け取れません|受け取れない>
zh: {day}之前家里没人，{item}请送到{place}
zh: 我{day}之前都不在，{item}[放|寄]到{place}就行
zh*: {day}以前只能在{place}收{item}

# address.still_possible
en: Can I still change where the {item} goes? I ordered it {when}
en: Is it possible to change the address for the {item} I ordered {when}?
ko: {when} 주문한 {item} 아직 주소 [바꿀|변경할] 수 <있나요|있습니까|있어>?
ko: {when} 시킨 {item} 배송지 수정 <되나요|됩니까|돼>?
ko*: {item} 보낼 곳을 지금 바꿔도 <늦지 않았나요|늦지 않았습니까|안 늦었어>? {when} <주문했어요|주문했습니다|주문했어>
ja: {when}注文した{item}の住所はまだ[変更<できますか|できる>|変え<られますか|られる>]？
ja: {when}頼んだ{item}の届け先を変えることは<可能ですか|できる>？
ja*: {item}の送り先、今からでも<間に合いますか|間に合う>？{when}頼んだもの<です|>
zh: {when}[买|订]的{item}还能改地址吗？
zh: 我{when}下单的{item}想换个收货地址，[可以吗|行吗]？
zh*: {item}寄去的地方现在换晚不晚？{when}买的

# address.paid_wrong_city
en: Payment for order {order} is done, but the delivery address still says {city}
en: I've already paid for order {order}; now I see it is being sent to {city} and that is wrong
ko: 주문 {order} 결제는 끝났는데 배송지가 아직 {city}~으로 <되어 있어요|되어 있습니다|돼 있어>
ko: {order}번 결제하고 보니 {city}~으로 가는데 거기가 <아니에요|아닙니다|아니야>
ko*: 돈은 다 냈는데 {order}번 받을 곳이 {city}~으로 찍혀 <있네요|있습니다|있네>
ja: 注文{order}の支払いは済み<ましたが|だけど>、配送先がまだ{city}に<なっています|なってる>
ja: 注文{order}の決済後に気づ<きましたが、{city}に送られるのは間違いです|いたけど、{city}に送られるのは間違い>
ja*: お金は払い終えた{order}、受け取り先が{city}の<ままです|まま>
zh: 订单{order}已经付款了，可收货地址还是{city}
zh: {order}付完钱才发现要寄到{city}，[地址不对|这不对]
zh*: 钱都付好了，{order}的收货地还写着{city}

# address.profile_vs_order
en: I changed the address in my account to {city}, but order {order} still shows the old one
en: My profile says {city} now. Why does order {order} have the old address?
ko: 회원정보 주소는 {city}~으로 바꿨는데 주문 {order}~은 예전 주소 <그대로예요|그대로입니다|그대로야>
ko: 계정에는 {city}~으로 되어 있는데 왜 {order}번 배송지는 [옛날 주소<인가요|입니까|야>|안 바뀌<나요|었습니까|었어>]?
ko*: 마이페이지에서 {city}~으로 고쳐도 {order}번 보낼 곳엔 반영이 안 <돼요|됩니다|돼>
ja: アカウントの住所は{city}に<変えましたが|変えたけど>、注文{order}は前の住所の<ままです|まま>
ja: 会員情報は{city}なのに、なぜ注文{order}の配送先は[古い住所<ですか|なの>|変わら<ないのですか|ないの>]？
ja*: マイページで{city}に直しても、{order}の送り先に反映され<ません|ない>
zh: 账户里的地址改成{city}了，订单{order}还是旧地址
zh: 我资料里是{city}，为什么订单{order}[还是以前的地址|的地址没变]？
zh*: 个人中心改到{city}，{order}的收货地却没跟着变

# address.to_person
en: Please send the {item} to {person} rather than to me
en: The {item} is for {person}. Can you change the name and address [of the recipient|]?
ko: {item}~은 <저|저|나> 말고 {person} 앞으로 보내 <주세요|주시기 바랍니다|줘>
ko: {item} 받는 사람을 {person}~으로 [바꾸고|변경하고] <싶어요|싶습니다|싶어>
ko*: {item}~은 {person} 쪽 집으로 가야 하는데 수령인을 고칠 수 <있나요|있습니까|있어>?
ja: {item}は私ではなく{person}宛てに送って<ください|ほしい>
ja: {item}の受取人を{person}に[変更したい|変えたい]<です|>
ja*: {item}は{person}の家に行くはずなので、宛名を直せ<ますか|る>？
zh: {item}请寄给{person}，不是寄给我
zh: {item}的收件人想[改|换]成{person}
zh*: {item}该送到{person}那儿，收件信息能改吗？

# address.where_going
en: Which address is the {item} going to? It should be {place}
en: I'm not sure which address I chose for the {item}. Make sure it is {place}
ko: {item} 어느 주소로 <가나요|갑니까|가>? {place}~이어야 <해요|합니다|해>
ko: {item} 배송지를 뭘로 했는지 모르겠는데 {place}~이 맞게 해 <주세요|주십시오|줘>
ko*: {item}~이 {place} 아닌 데로 가면 안 되니 목적지 좀 봐 <주세요|주십시오|줘>
ja: {item}はどの住所に<送られますか|送られる>？{place}のはず<です|>
ja: {item}の住所をどれにしたか<分かりません|分からない>。{place}にして<ください|>
ja*: {item}が{place}以外に行くと困るので、行き先を見て<ください|>
zh: {item}寄的是哪个地址？应该是{place}
zh: 不记得{item}选了哪个地址，[请|]帮我确认是{place}
zh*: {item}可别送到{place}以外的地方，帮我看看寄哪儿
"""
