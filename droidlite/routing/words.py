"""The words by which a kind is told: what verbs ask for, what nouns they are asked of, what sounds broken.

English mostly, with the strong words of German, French, Spanish, Portuguese, Chinese and Japanese. Plain sets and
dictionaries, looked up word by word: compiling patterns as large would take longer than reading the prompt.
"""


def words(line: str) -> frozenset[str]:
    """The words of a text; "_" stands for the space within a phrase."""
    return frozenset(word.replace("_", " ") for word in line.split())


def _table(**lines: str) -> dict[str, str]:
    return {word: kind for kind, line in lines.items() for word in words(line)}


VERBS = _table(
    fix="""handle prevent avoid ensure guard investigate diagnose sanitize sanitise fix fixes repair resolve correct
    debug patch address solve troubleshoot hotfix sort_out track_down unbreak behebe beheb beheben repariere
    reparier reparieren korrigiere korrigieren löse corrige corriger répare réparer corrija arregla arreglar repara
    soluciona solucionar conserte resolva""",
    make="""add create write implement build introduce generate develop provide extend append include
    put insert draft produce prepare increase reproduce füge erstelle schreibe schreib
    implementiere baue ergänze erweitere entwickle hinzufügen implementieren ajoute ajouter écris écrire crée créer
    implémente implémenter développe añade añadir agrega agregar crea crear escribe escribir implementa implementar
    adicione adicionar crie criar escreva desarrolla""",
    feature="""make get support allow let enable show offer display register design integrate expose wire wire_up
    hook_up port use disable hide restrict limit validate parse render sort filter highlight track log schedule sync
    new accept persist remember notify send unterstütze erlaube zeige permets affiche permite muestra soporta""",
    tests="cover unit_test unit-test mock fuzz teste testez prueba",
    refactor="""separate flatten isolate standardize standardise centralize centralise normalize normalise speed_up
    deprecate streamline eliminate get_rid_of refactor rename extract split move clean_up cleanup simplify
    restructure dedupe deduplicate inline tidy tidy_up modernize modernise convert migrate replace decouple
    reorganize reorganise reformat turn optimise optimize reduce switch remove delete drop rewrite unify consolidate
    encapsulate abstract refaktoriere refaktorieren benenne verschiebe vereinfache ersetze renomme
    renommer refactorise refactoriser déplace simplifie remplace refactoriza refactorizar renombra renombrar mueve
    simplifica refatore renomeie""",
    docs="""clarify mention annotate comment document proofread translate dokumentiere dokumentieren documente
    documenter documenta documentar""",
    question="""check find look explain summarize summarise walk tell describe list review compare give show_me
    analyze analyse erkläre erklär beschreibe zeig explique expliquer résume explica explicar describe resume""",
    terminal="""run install deploy start stop restart kill configure set_up setup compile push pull clone rebase
    squash ssh apt boot upgrade bump train download launch provision mount unmount reboot spin_up bring_up dockerize
    containerize containerise dockerise recover crack decrypt unzip execute commit tag publish backup restore
    symlink chmod tar rsync curl pip npm brew free host serve check_out check_disk find_all benchmark installiere
    installier starte starten konfiguriere richte führe installe installer lance lancer démarre configure déploie
    déployer instala instalar configura configurar despliega ejecuta inicia instale""",
    update="update change enhance improve rework adjust edit modify bring aktualisiere ändere verbessere modifie "
    "améliore actualiza cambia mejora atualize altere",
)
"""First word (or two) of a clause -> what it asks for. make: the noun decides; update: the noun, and then weakly."""

FEEBLE = words("""turn put list send new include start switch reduce raise give host check let find look handle ensure
    investigate use disable hide limit validate parse render sort filter track log sync stop recover comment mention
    get normalize normalise""")
"""Verbs that say less, for they are at home in every kind."""

NOUNS = _table(
    tests="""test tests testcase testcases spec specs coverage fixture fixtures unittest unittests fuzz testsuite
    mocks e2e end-to-end testfall testfälle prueba pruebas essais testes""",
    docs="""readme docs doc documentation docstring docstrings changelog comment comments tutorial guide wiki jsdoc
    javadoc adr manual howto faq typo typos wording badge badges diagram note notes instructions document
    explanation handbook godoc rustdoc glossary
    dokumentation anleitung kommentare documentación documentação guía commentaires docfile""",
    fix="fix bugfix hotfix workaround bug bugs leak regression crash failures fehler bogue errores",
    terminal="""cron crontab systemd container containers virtualenv venv repo certificate cluster vm nginx docker
    firewall symlink daemon dump docker-compose compose kubernetes k8s vpn workflow pipeline ci dockerfile deps
    dependencies playbook""",
)
"""Head of what a verb acts on -> the kind it makes of it; whatever is not here is a feature to be made."""

QUESTIONS = words("""what what's whats how how's why where where's which who whose wie warum wo welche welcher wer
    wieso weshalb pourquoi où quel quelle qui cómo por_qué dónde qué quién cuál como onde""")
AUXILIARIES = words("""is are does do did should could would has have was were will can am isn't aren't doesn't don't
    when ist sind kann gibt comment est-ce est sont es son hay puede""")
"""Open a question where the sentence ends with a question mark."""

FILLERS = words("""please pls plz can could would will you hey hi hello now then also just first next finally lets
    let's i i'd we we'd like to should must help me us go ahead and so but try maybe kindly ok okay make_sure i'm
    want wants need needs needed agreed decided really bitte mal und dann noch s'il te vous plaît et puis por favor
    y luego e""")
"""Dropped in front of a verb."""

STOPS = words("""for in of that which so when to with by from on about into where who if as at under behind meaning
    using without until instead per via because while through between than before after whose like except across
    everywhere saying für mit zu in aus bei auf von im zum zur das die der wenn dass pour avec dans de du des à au
    en sur para con del al que por sobre no na do da""")
"""End the phrase a verb acts on."""

PRONOUNS = words("it some them one those these this more ones that")

SYMPTOMS = words("""bug bugs broken crash crashes crashed crashing fail fails failed failing failure wrong wrongly
    incorrect incorrectly regression leak leaks deadlock deadlocks hang hangs freezes ignores ignored loses lost
    drops overlaps overlap twice duplicate duplicates raises throws unexpected unexpectedly inconsistent error
    errors exception traceback segfault segfaults nan corrupt corrupted corrupts mismatch flaky garbled misses
    missing oomkilled misleading invalid breaks broke problem warning warnings unnecessarily unintentionally dies
    confused warns unhandled missed unable red complain complains vulnerability injection 500 instead empty bogus
    stürzt kaputt fehler falsch fehlerhaft funktioniert_nicht faux bogue erreur cassé plante roto falla falso erro
    quebrado rompe incorrecto""")
DENIALS = words("""doesn't does_not don't_work isn't is_not can't cannot won't didn't aren't wasn't couldn't not_work
    not_working no_longer doesnt isnt cant not stimmt_nicht geht_nicht ne_marche no_funciona não_funciona fails_with
    should_be should_not shouldn't off_by out_of race_condition data_race would_expect expected_to""")
SYMPTOM_PHRASES = SYMPTOMS | DENIALS
"""Something does not do what it should: one word, or two."""

OPERATIONS = words("""docker nginx ssh systemd cron apt apt-get sudo kubernetes k8s kubectl helm terraform ansible
    qemu gunicorn apache port ports server container containers deploy deployment postgresql mysql redis venv
    virtualenv tarball archive iso vm certificate openssl chmod disk kernel makefile cmake git branch origin
    webserver reverse proxy daemon github workflow pip npm ffmpeg dataset accuracy 8080 8000""")
"""Words of those who operate machines; each weighs a little towards terminal."""

UNSPACED: tuple[tuple[str, str], ...] = (
    ("单元测试", "tests"), ("编写测试", "tests"), ("写测试", "tests"), ("测试用例", "tests"), ("添加测试", "tests"),
    ("テストを書", "tests"), ("テストを追加", "tests"), ("单测", "tests"),
    ("重构", "refactor"), ("重命名", "refactor"), ("リファクタ", "refactor"), ("简化", "refactor"),
    ("拆分", "refactor"),
    ("文档", "docs"), ("注释", "docs"), ("ドキュメント", "docs"), ("说明书", "docs"),
    ("修复", "fix"), ("修正", "fix"), ("解决", "fix"), ("报错", "fix"), ("错误", "fix"), ("崩溃", "fix"),
    ("直して", "fix"),
    ("エラー", "fix"), ("バグ", "fix"), ("不具合", "fix"),
    ("部署", "terminal"), ("安装", "terminal"), ("启动", "terminal"), ("运行", "terminal"), ("配置", "terminal"),
    ("インストール", "terminal"), ("デプロイ", "terminal"),
    ("添加", "feature"), ("增加", "feature"), ("实现", "feature"), ("支持", "feature"), ("新增", "feature"),
    ("追加", "feature"), ("実装", "feature"),
    ("什么", "question"), ("怎么", "question"), ("为什么", "question"), ("哪里", "question"), ("解释", "question"),
    ("吗", "question"), ("如何", "question"), ("教えて", "question"), ("ですか", "question"), ("説明", "question"),
)  # fmt: skip
"""Where words are not set apart by spaces: what is looked for anywhere; earlier ones weigh more."""

TEMPLATES: tuple[tuple[str, str, float], ...] = (
    ("[bug]", "fix", 2.5), ("[enh]", "feature", 2.5), ("[feature", "feature", 2.5), ("[regression", "fix", 2.5),
    ("describe the bug", "fix", 3.0), ("bug summary", "fix", 2.0), ("describe the workflow you want", "feature", 3.0),
    ("bug report", "fix", 2.0), ("expected behavior", "fix", 2.0),
    ("expected behaviour", "fix", 2.0), ("expected result", "fix", 2.0), ("actual behavior", "fix", 2.0),
    ("actual behaviour", "fix", 2.0), ("actual result", "fix", 2.0), ("steps to reproduce", "fix", 2.0),
    ("to reproduce", "fix", 1.5), ("what happened", "fix", 1.0), ("expected outcome", "fix", 1.5),
    ("how to reproduce", "fix", 1.0), ("minimal reproduc", "fix", 1.0), ("system info", "fix", 0.5),
    ("feature request", "feature", 3.0), ("solution you'd like", "feature", 3.0),
    ("feature description", "feature", 2.0),
    ("it would be great if", "feature", 2.5), ("it would be nice", "feature", 2.0),
    ("would be nice to", "feature", 2.0),
    ("acceptance criteria", "feature", 1.5), ("should be configurable", "feature", 2.5),
    ("as a user", "feature", 2.0), ("possible to add", "feature", 2.0), ("option to", "feature", 0.5),
    ("so that my", "feature", 0.5),
    ("it would be useful", "feature", 2.0), ("it would be helpful", "feature", 2.0),
    ("behaviour must stay", "refactor", 2.0), ("no behaviour change", "refactor", 2.5),
    ("no behavior change", "refactor", 2.5), ("hard to read", "refactor", 1.5),
    ("no changes please", "question", 3.0), ("don't change anything", "question", 3.0),
    ("don't edit anything", "question", 3.0), ("do not change anything", "question", 3.0),
    ("without changing anything", "question", 2.0), ("pros and cons", "question", 1.5),
)  # fmt: skip
"""Phrases that speak for a kind wherever they stand: what the forms of issue trackers ask for, and plain statements."""
