"""Where anybody gets an address: such a domain says nothing about an employer."""

_DOMAINS = """
gmail.com googlemail.com outlook.com outlook.jp hotmail.com hotmail.co.jp live.com live.jp
msn.com yahoo.com yahoo.co.jp ymail.ne.jp yahoo.co.uk yahoo.de yahoo.fr icloud.com me.com
mac.com aol.com gmx.com gmx.de gmx.net web.de t-online.de freenet.de mail.com mail.ru
yandex.ru yandex.com proton.me protonmail.com pm.me tutanota.com zoho.com fastmail.com hey.com
qq.com 163.com 126.com sina.com foxmail.com naver.com daum.net hanmail.net orange.fr
wanadoo.fr free.fr laposte.net libero.it comcast.net verizon.net att.net docomo.ne.jp
ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp ymobile.ne.jp nifty.com biglobe.ne.jp
so-net.ne.jp ocn.ne.jp plala.or.jp excite.co.jp goo.jp rakuten.jp
"""
FREE_MAIL = frozenset(_DOMAINS.split())
