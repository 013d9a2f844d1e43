"""Words with a full stop that ends no sentence, in the languages that most texts are in.

All in small letters and without their last full stop. Where a word has two meanings, it is in the list that
harms less: a sentence that goes on too long is heard less than one that is torn apart.
"""

# ruff: noqa: RUF001, SIM905 - signs and letters of many scripts are meant and lists would fill pages

TITLES = frozenset(
    """
    adm temp capt cmdr col cpl cpt dr drs esq fr ft gen gov hon insp lt maj messrs mr mrs ms mt mx pres
    prof profs rep rev sen sgt st supt dipl dir fa frl hr ing mag priv-doz ee arq avda av cnel d dña dra
    gral lic mons profa sr sra sras sres srs srta ud uds vd vds bd boul me mgr mlle mlles mm mme mmes pr
    ste dhr drs mevr mw arch avv comm dott dott.ssa geom on prof.ssa rag sig sig.na sig.ra sigg eng exma
    exmo r акад г гр им о обл пл пос проф р св ул
    """.split()
)
"""Always before what they belong to, which may begin with a capital, as they do themselves."""

SMALL_TITLES = frozenset(
    """
    av avda avv arch d dott dott.ssa dr dra dña mlle mme prof prof.ssa sig sig.na sig.ra sigg sr sra
    sras sres srta srtas ud uds vd vds акад г гр им о обл пл пос проф р св ул
    """.split()
)
"""Those that are also written small."""

JOINING = frozenset(
    """
    abt approx c ca cf cp e.g eg esp i.e ie resp v viz vs allg bes betr bspw bzgl bzw d.h ehem einschl
    evtl exkl gegr geg ggf ggü incl inkl insb entspr i.d.r lt o.g s.o sog svw u.u v.a vgl vmtl z.b z.hd
    z.t z.zt zzgl aprox p.ej ej c.-à-d env p.ex cfr p.es напр ок прибл см ср т.е т.к т.н
    """.split()
)
"""Something always follows: for example, that is, compare."""

BEFORE_NUMBERS = frozenset(
    """
    sat sun mon tue tues wed thu thurs fri app ref art ch chap eq eqs fig figs ill n no nos nr nrs num p
    par pp pt sec sect tab v vol vols abb abs anl anm aufl bd bl hft kap lfd rn s sp str tel z ziff cap
    núm pág págs éd livr pag pagg pág гл илл разд рис стр табл тел jan feb mar apr jun jul aug sep sept
    oct nov dec max mind rd
    """.split()
)
"""Only if a number follows: `No. 5`, but `No. I will not.`"""

WORDS_TOO = frozenset({"app", "ill", "mar", "mon", "sat", "sun", "tab", "wed"})
"""Those of them that are ordinary words if they are written small."""

UNITS = frozenset(
    """
    ft hrs in min mins mio mrd oz lb lbs pkg sec secs sek std stk tsd yr yrs cent el tl jh jhd pkt коп
    кв млн млрд мин руб сек тыс ч
    """.split()
)
"""After a number; the sentence ends only if the next word could not be what is counted."""

LAST = frozenset(
    """
    a.d a.k.a a.m al b.c b.c.e bros c.e co corp dept ed eds est etc inc jr ltd p.m ph.d plc sr tbsp tsp
    univ e.v gbr geb gest n.chr o.ä s.u u.a u.ä usf usw v.chr v.u.z u.v.m ee.uu ltda s.a uu cie ecc
    s.p.a s.r.l др пр т.д т.п
    """.split()
)
"""May be the last word of a sentence: it ends if the next word begins with a capital."""

SPACED_LAST = frozenset({("a", "m"), ("p", "m"), ("o", "ä"), ("u", "a"), ("u", "ä"), ("т", "д"), ("т", "п")})
"""The same where they are written with a space, in small letters."""

AFTER_LAST = frozenset(
    """
    kg kgaa ohg ltd inc llc monday tuesday wednesday thursday friday saturday sunday est cet cest gmt
    utc pst
    """.split()
)
"""Words with a capital that go on after one of those: `Meier & Co. KG`, `10 a.m. Monday`."""

MONTHS = frozenset(
    """
    januar jänner februar feber märz april mai juni juli august september oktober november dezember
    january february march may june july october december januari februari mars maj marts januára
    februára ledna února března dubna května června července srpna září října listopadu prosince
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października grudnia jan feb mär
    apr jun jul aug sep okt nov dez
    """.split()
)
"""After the number of a day: `am 3. Mai`."""

BEFORE_ORDINALS = frozenset(
    """
    ab am an auf aus bei beim bis das dem den der des die dies diese diesem diesen dieser dieses durch
    ein eine einem einen einer eines für gegen ihr ihre ihrem ihren ihrer im in ins jede jedem jeden
    jeder jedes mein meine meinem meinen meiner mit nach oder sein seine seinem seinen seiner seit und
    unser unsere unserem unseren unserer vom von vor zu zum zur zwischen
    """.split()
)
"""German words before the number of something: `der 2. Weltkrieg`, `im 3. oder 4. Stock`."""

STARTERS = frozenset(
    """
    a after all also although an and another any are as at be because before both but by can could did
    do does each either even every everybody everyone finally first for from had has have he her here
    his how however i if in instead is it its just last later let maybe more most my never next no
    nobody nobody's not nothing now of on once one only or our perhaps please she should since so some
    somebody sometimes soon still such that the their then there these they this those though thus to
    today together tomorrow tonight too under until we well were what when where which while who whose
    why will with without would yes yesterday yet you your aber alle alles also als anders auch bald bei
    bis bitte da dabei dafür damit danach dann daran darauf darum das dass davon dazu dein deine deshalb
    der des die dies diese dieser dieses doch dort du ein eine einem einen einer eines einige endlich er
    erst es etwas euer für gestern gut habt hat heute hier ich ihr ihre immer in ist ja jede jeder jedes
    jemand jetzt kein keine keiner manche mein meine mit morgen nach nein nicht nichts nie niemand noch
    nun nur ob oder ohne schon sein seine seit sie sind so solche sonst später trotzdem um und uns unser
    unsere viele vielleicht von vor wann war waren warum was wegen weil wenn wer wie wieder wir wo zu
    zuerst zuletzt zum zur ahora al aquí así aunque cada como con cuando de del después donde el ella
    ellas ellos en entonces era eran es esa ese eso esta este esto está la las le les lo los luego mi
    más muy nada nadie nunca o para pero por porque pues que quien se según si sin sobre su sus también
    tan todo todos tras tu un una y ya yo alors après au aussi avant avec car ce cela ces cet cette
    chaque comme dans depuis des donc du elle elles enfin ensuite et il ils j'ai je l'on leur leurs lors
    mais malgré même mes moi mon nous on ou où par parce pas pendant plus pour pourquoi puis quand que
    qui sa sans ses si son sous sur ta tous tout très tu un une vers voici voilà vous allora anche
    ancora che chi ci come con così da dal dalla dei del della di dopo dove e ed era erano gli ha hanno
    il io le lei loro lui ma mentre mi molto nel nella noi non ogni oggi perché per però più poi prima
    quando quella quello questa questo qui se sempre senza si sono sotto sua suo tra tu tutti tutto un
    una uno agora ainda antes ao aos aqui as até com como da das de depois do dos e ela elas ele eles em
    enquanto entre era eram essa esse esta este eu foi isso já logo mais mas meu minha muito na nas no
    nos nunca não o os ou para pela pelo por porque quando que quem se sem seu sua sob sobre também tem
    todos tudo um uma você vocês а без был была были в вот все всё вы где да для до его ее если есть ещё
    её же за и из или их к как когда кто мы на над не него нет но о об однако он она они оно от очень по
    под потом почему при с сегодня со так там тогда то тоже только ты у уже что чтобы это этот я für wer
    bist sprich sag sei geh komm mach nimm beeil denk please look let see think try
    """.split()
)
"""Words that are written with a capital only where a sentence begins; in small letters."""
