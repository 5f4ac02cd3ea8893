"""Templates of the account intent (the notation is explained in ``_grammar.py``)."""

# One template and its translations on one line each: they are read side by side.
# ruff: noqa: E501
from __future__ import annotations

ACCOUNT = """
# account.cannot_login
en: I haven't been able to log in on my {gadget} for {span}
en: For {span} logging in from my {gadget} [has failed|hasn't worked]
ko: {gadget}에서 {span}째 로그인이 안 <돼요|됩니다|돼>
ko: {span} 전부터 {gadget}~으로 [접속이 안|로그인이 안] <돼요|됩니다|돼>
ko*: {gadget}~으로 들어가려 해도 {span}째 계정이 안 <열려요|열립니다|열려>
ja: {gadget}で{span}もログインでき<ません|ない>
ja: {span}前から{gadget}で[ログイン|サインイン]でき<なくなりました|なくなった>
ja*: {gadget}から入ろうとしても、{span}の間アカウントが開け<ません|ない>
zh: 我用{gadget}{span}都登录不了
zh: {gadget}上登不上去[已经|]{span}了
zh*: {span}了，{gadget}怎么都进不去账号

# account.forgot
en: I forgot the {secret} I set {when}
en: I changed my {secret} {when} and now I can't remember it
ko: {when} [설정한|만든] {secret}~을 [잊어버렸<어요|습니다|어>|까먹었<어요|습니다|어>]
ko: {when} {secret}~을 바꿨는데 기억이 안 <나요|납니다|나>
ko*: {when} 새로 정한 {secret}~이 도통 <생각이 안 나요|생각나지 않습니다|생각이 안 나>
ja: {when}[設定した|決めた]{secret}を忘れ<ました|た>
ja: {when}{secret}を変え<ましたが、思い出せません|たけど、思い出せない>
ja*: {when}新しくした{secret}がどうしても出て<きません|こない>
zh: {when}[设|设置]的{secret}忘了
zh: 我{when}改了{secret}，现在想不起来了
zh*: {when}新弄的{secret}怎么也记不得

# account.reset_mail
en: The {secret} reset message isn't reaching my {mail}
en: I asked for a new {secret}, but nothing has come to my {mail}
ko: {secret} 재설정 안내가 {mail}~으로 안 <와요|옵니다|와>
ko: {secret} 찾기를 했는데 {mail}에 [아무것도 안 왔<어요|습니다|어>|메일이 없<어요|습니다|어>]
ko*: {mail}~을 아무리 새로고침해도 {secret} 바꾸라는 연락이 <없네요|없습니다|없네>
ja: {secret}の再設定の案内が{mail}に届<きません|かない>
ja: {secret}の再発行を頼<みましたが、{mail}に何も来ません|んだけど、{mail}に何も来ない>
ja*: {mail}を何度見ても、{secret}を変えるためのリンクが<ありません|ない>
zh: 重置{secret}的邮件{mail}收不到
zh: 申请找回{secret}，{mail}里[什么都没有|一直没收到]
zh*: {mail}刷新了好几遍，没看到改{secret}的链接

# account.locked
en: My account was locked {when} after I typed the wrong {secret} too often
en: I entered a wrong {secret} {when} and now my account is blocked
ko: {when} {secret}~을 여러 번 틀려서 계정이 [잠겼<어요|습니다|어>|정지됐<어요|습니다|어>]
ko: {when} {secret} 오류로 잠긴 계정 풀어 <주세요|주시기 바랍니다|줘>
ko*: {secret} 몇 번 잘못 쳤다고 {when} 막혀 버렸<어요|습니다|어>
ja: {when}{secret}を何度も間違えてアカウントが[ロックされ|凍結され]<ました|た>
ja: {when}{secret}の入力ミスでロックされたアカウントを解除して<ください|ほしい>
ja*: {secret}を数回打ち間違えただけで、{when}使えなくな<りました|った>
zh: {when}{secret}输错太多次，账号被[锁|冻结]了
zh: 因为{secret}不对，账号{when}锁住了，[请帮我解锁|怎么解锁]
zh*: {secret}打错几回，{when}就被封了

# account.change_mail
en: I want to change the email on my account to my {mail}, the one I registered {when} [is gone|no longer works]
en: Please use my {mail} for my account from now on instead of the one I gave {when}
ko: {when} 등록한 메일 말고 {mail}~으로 계정을 [바꾸고|변경하고] <싶어요|싶습니다|싶어>
ko: 회원정보 이메일을 {mail}~으로 [수정해|바꿔] <주세요|주시기 바랍니다|줘>. {when} 쓴 건 이제 안 <돼요|됩니다|돼>
ko*: {when} 적어 낸 메일이 없어져서 {mail}~으로 연락받고 <싶어요|싶습니다|싶어>
ja: {when}登録したものではなく、{mail}にアカウントを変更<したいです|したい>
ja: 会員情報を{mail}に[直して|変更して]<ください|>。{when}入れた方はもう使え<ません|ない>
ja*: {when}届け出たアドレスがなくなったので、今後は{mail}に連絡が<ほしいです|ほしい>
zh: 账户邮箱不用{when}注册的那个了，想换成{mail}
zh: 请把会员资料改成{mail}，{when}填的[用不了了|失效了]
zh*: {when}留的邮箱没了，以后联系{mail}

# account.code
en: I've waited {span} and no verification code has come to my {gadget}
en: The login code never reaches my {gadget}, and that for {span} now
ko: {gadget}~으로 인증번호가 {span}째 안 <와요|옵니다|와>
ko: 로그인할 때 {gadget}에 인증 문자가 안 온 지 {span}~이 <됐어요|됐습니다|됐어>
ko*: {span} 동안 시도해도 {gadget}~으로 코드가 <안 떠요|오지 않습니다|안 떠>
ja: {gadget}に認証コードが{span}届<きません|かない>
ja: ログイン用のコードが{gadget}に来なくなって{span}に<なります|なる>
ja*: {span}試して<いますが|るけど>、{gadget}に確認番号が出て<きません|こない>
zh: {gadget}收不到验证码，[已经|都]{span}了
zh: 登录的时候{gadget}{span}没收到过验证短信
zh*: 试了{span}，{gadget}上码就是不来

# account.delete
en: Please [delete|close] my account; I haven't used it for {span} and {leaving}
en: I want to cancel my membership after {span} because {leaving}
ko: {leaving} 회원 탈퇴하고 <싶어요|싶습니다|싶어>. {span}째 안 쓰고 <있어요|있습니다|있어>
ko: {span} 동안 안 쓴 계정 [삭제해|없애] <주세요|주시기 바랍니다|줘>. {leaving} <그래요|그렇습니다|그래>
ko*: {leaving} 가입한 지 {span}~이 됐지만 이만 나가려고 <해요|합니다|해>
ja: {leaving}、退会<したいです|したい>。{span}使って<いません|ない>
ja: {span}使っていないアカウントを[削除|消去]して<ください|ほしい>。{leaving}
ja*: {leaving}、登録して{span}<ですが|だけど>会員をやめ<ます|る>
zh: {leaving}，想注销账号，{span}没用过了
zh: {span}没用的账户请[删掉|注销]，{leaving}
zh*: {leaving}，注册{span}了，不想当会员了

# account.history_gone
en: I logged in, but the {item} I bought {when} isn't in my [order history|account]
en: My profile doesn't show the {item} I bought {when}. Did you lose my purchase history?
ko: 로그인했는데 {when} 산 {item}~이 [구매 내역|주문 목록]에 안 <보여요|보입니다|보여>
ko: 내 계정에 {when} 주문한 {item} 기록이 <없어요|없습니다|없어>
ko*: 마이페이지에서 {when} 산 {item}~이 사라<졌어요|졌습니다|졌어>
ja: ログインして<みましたが|みたけど>、{when}買った{item}が[購入履歴|注文一覧]に<ありません|ない>
ja: アカウントに{when}注文した{item}の記録が残って<いません|ない>
ja*: マイページから{when}買った{item}が消え<ました|た>
zh: 登录以后，{when}买的{item}在[订单记录|购买记录]里看不到
zh: 我的账户里没有{when}买{item}的记录
zh*: 个人中心里{when}的{item}不见了

# account.check_order
en: I wanted to check my {item}, but the site won't let me in from my {gadget}
en: I can't sign in on my {gadget} to see when the {item} comes
ko: {item} 배송 보려는데 {gadget}에서 로그인이 안 <돼요|됩니다|돼>
ko: {gadget}~으로 {item} 주문 확인하려고 하면 접속이 <막혀요|막힙니다|막혀>
ko*: {item}~이 어디쯤인지 보고 싶어도 {gadget}~으로는 계정에 못 <들어가요|들어갑니다|들어가>
ja: {item}の配送を<見たいのですが|見たいんだけど>、{gadget}でログインでき<ません|ない>
ja: {gadget}で{item}の注文を確認しようとすると、[入れ<ません|ない>|アクセスでき<ません|ない>]
ja*: {item}が今どこか見たくても、{gadget}ではアカウントに入れ<ません|ない>
zh: 想看{item}的物流，{gadget}[登录不上|登不进去]
zh: 用{gadget}查{item}的订单，[进不去账号|一直登录失败]
zh*: {item}到哪儿了想看看，{gadget}就是进不了账户

# account.hacked
en: Someone logged in to my account from {city} {when}, and it wasn't me
en: I got a warning about a login from {city} {when}. [Was I hacked|Is my account safe]?
ko: {when} 누가 {city}에서 <제|제|내> 계정에 로그인<했어요|했습니다|했어>. <제가|제가|내가> <아니에요|아닙니다|아니야>
ko: {when} {city}에서 로그인했다는 알림이 왔는데 [해킹<인가요|입니까|이야>|계정 <안전한가요|안전합니까|안전해>]?
ko*: {city}에는 간 적도 없는데 {when} 거기서 접속한 기록이 <있어요|있습니다|있어>
ja: {when}誰かが{city}から私のアカウントにログイン<しました|した>。私では<ありません|ない>
ja: {when}{city}からログインがあったと通知が来<ましたが、[乗っ取りでしょうか|安全でしょうか]|たけど、[乗っ取り|大丈夫]>？
ja*: {city}には行ったことがないのに、{when}そこから入った記録が<あります|ある>
zh: {when}有人在{city}登录了我的账号，不是我
zh: 收到提醒说{when}在{city}登录，[是不是被盗号了|账号安全吗]？
zh*: 我没去过{city}，{when}却有那边的登录记录

# account.merge
en: I opened a second account {when} with my {mail}. Can you merge the two?
en: {when} I signed up again with my {mail} by mistake. Please join the two accounts
ko: {when} {mail}~으로 또 가입해서 계정이 두 개<예요|입니다|야>. 합쳐 <주세요|주시기 바랍니다|줘>
ko: {mail}~으로 {when} 만든 계정을 원래 계정이랑 [통합<되나요|됩니까|돼>|합칠 수 <있나요|있습니까|있어>]?
ko*: {when} 실수로 {mail} 회원이 하나 더 생겼는데 하나로 묶고 <싶어요|싶습니다|싶어>
ja: {when}{mail}でもう一度登録してしまい、アカウントが二つ<あります|ある>。[統合|一つに]して<ください|>
ja: {mail}で{when}作ったアカウントを元のものと統合<できますか|できる>？
ja*: {when}間違えて{mail}の会員が増えたので、まとめ<たいです|たい>
zh: {when}用{mail}又注册了一个，两个账号[合并一下吧|能合并吗]
zh: {mail}{when}建的账户想和原来的合并
zh*: {when}误开了{mail}的会员，想并成一个

# account.profile_phone
en: The phone number in my profile should end in {digits}; it changed {when}
en: I got a new number ending in {digits} {when}. How do I change it in my profile?
ko: {when} 번호가 끝자리 {digits}~으로 바뀌었는데 회원정보 수정이 안 <돼요|됩니다|돼>
ko: 내 정보에 있는 번호를 {when} 새로 만든 {digits}번으로 [바꾸고|고치고] <싶어요|싶습니다|싶어>
ko*: {when} 휴대폰을 바꿔서 뒷자리 {digits}~으로 본인 인증을 다시 해야 <해요|합니다|해>
ja: {when}番号が末尾{digits}に変わった<のですが、会員情報を変更できません|のに、会員情報を変更できない>
ja: 登録の電話番号を、{when}新しくした末尾{digits}のものに[変えたい|直したい]<です|>
ja*: {when}機種変更したので、末尾{digits}の番号で本人確認をやり直<したいです|したい>
zh: {when}换了尾号{digits}的号码，会员资料改不了
zh: 个人资料里的手机号想改成{when}新办的尾号{digits}
zh*: {when}换号了，要用尾号{digits}重新实名认证

# account.language
en: After an update {when} the settings of my account won't open on my {gadget}
en: My account on the {gadget} switched to another language {when}. How do I change it back?
ko: {when} 업데이트하고 {gadget}에서 내 계정 설정이 안 <열려요|열립니다|열려>
ko: {when} {gadget} 계정 언어가 바뀌었는데 어떻게 <되돌리나요|되돌립니까|되돌려>?
ko*: {gadget} 앱의 내 정보 메뉴가 {when} 갑자기 이상해<졌어요|졌습니다|졌어>
ja: {when}更新してから{gadget}でアカウント設定が開け<ません|ない>
ja: {when}{gadget}のアカウントの言語が<変わりました。どう戻しますか|変わったけど、どう戻す>？
ja*: {gadget}アプリの会員メニューが{when}急におかしくな<りました|った>
zh: {when}更新以后，{gadget}上账户设置打不开
zh: {when}{gadget}里账号的语言变了，[怎么改回来|怎么调回去]？
zh*: {gadget}软件的个人菜单{when}突然不正常了

# account.auto_logout
en: The app on my {gadget} logs me out every time I look at the {item}
en: I put the {item} in my basket, then my {gadget} says I must sign in again
ko: {gadget}에서 {item} 볼 때마다 자꾸 로그아웃<돼요|됩니다|돼>
ko: {item} 장바구니에 담기만 하면 {gadget}에서 다시 로그인하라고 <나와요|나옵니다|나와>
ko*: {gadget}~으로 {item} 누르는 순간 계정에서 튕겨 <나가요|나갑니다|나가>
ja: {gadget}で{item}を見るたびにログアウト<されます|される>
ja: {item}をカートに入れると、{gadget}で再ログインを求められ<ます|る>
ja*: {gadget}で{item}を押した瞬間、アカウントから弾き出され<ます|る>
zh: {gadget}上一看{item}就[退出登录|掉线]
zh: {item}加到购物车，{gadget}就提示重新登录
zh*: {gadget}点开{item}的时候账号老是被踢出来
"""
