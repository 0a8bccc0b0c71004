package entra

// culture is where people of the office come from and sit. Names are written as native=ascii, the second being what goes
// into addresses; where a family name has a form for women it stands behind a slash.
type culture struct {
	language    string
	men         string
	women       string
	families    string
	familyFirst bool // the display name begins with the family name
	streets     string
	city        string
	region      string
	country     string
	postal      string // # is a digit, here and in the telephone numbers
	phone       string
	mobile      string
}

var cultures = [...]culture{
	{
		language: "es-ES",
		men:      "José=jose,Íñigo=inigo,Andrés=andres,Martín=martin,Raúl=raul,Joaquín=joaquin,Álvaro=alvaro,Óscar=oscar",
		women:    "Ana=ana,Lucía=lucia,Inés=ines,Begoña=begona,María José=mariajose,Sofía=sofia,Noelia=noelia,Rocío=rocio",
		families: "Ruiz=ruiz,Núñez=nunez,Ibáñez=ibanez,Gómez Peña=gomezpena,Muñoz=munoz,Díaz=diaz,de la Cruz=delacruz,Vázquez=vazquez,Ortega=ortega,Sáez=saez,Castaño=castano,Ruiz-Gil=ruizgil",
		streets:  "Gran Vía,Calle del Pez,Paseo de la Castellana", city: "Madrid", region: "MD", country: "Spain", postal: "280##", phone: "+34 91# ### ###", mobile: "+34 6## ### ###",
	},
	{
		language: "fr-FR",
		men:      "Étienne=etienne,François=francois,Rémi=remi,Loïc=loic,Théo=theo,Jérôme=jerome,Benoît=benoit,Gaël=gael",
		women:    "Zoé=zoe,Aurélie=aurelie,Hélène=helene,Maëlle=maelle,Chloé=chloe,Noémie=noemie,Anaïs=anais,Brigitte=brigitte",
		families: "Lefèvre=lefevre,Béranger=beranger,D'Aubigné=daubigne,Guérin=guerin,Le Goff=legoff,Châtelain=chatelain,Lebœuf=leboeuf,Lacroix=lacroix,Noël=noel,Fournier=fournier,Saint-Exupère=saintexupere,Müller-Petit=mullerpetit",
		streets:  "Rue de la République,Quai Saint-Antoine,Cours Lafayette", city: "Lyon", region: "Auvergne-Rhône-Alpes", country: "France", postal: "6900#", phone: "+33 4 72 ## ## ##", mobile: "+33 6 ## ## ## ##",
	},
	{
		language: "de-DE",
		men:      "Jürgen=juergen,Jörg=joerg,Lukas=lukas,Götz=goetz,Matthias=matthias,Søren=soeren,Klaus-Dieter=klausdieter,Björn=bjoern",
		women:    "Käthe=kaethe,Bärbel=baerbel,Ute=ute,Jördis=joerdis,Annemarie=annemarie,Greta=greta,Änne=aenne,Heike=heike",
		families: "Müller=mueller,Weiß=weiss,Groß=gross,Schröder=schroeder,von der Heide=vonderheide,Krämer=kraemer,Böhm=boehm,Köhler=koehler,Vogel=vogel,Jäger=jaeger,Preuß=preuss,Lang-Huber=langhuber",
		streets:  "Sendlinger Straße,Schleißheimer Straße,Türkenstraße", city: "München", region: "Bayern", country: "Germany", postal: "80###", phone: "+49 89 #######", mobile: "+49 151 ########",
	},
	{
		language: "pl-PL",
		men:      "Łukasz=lukasz,Paweł=pawel,Michał=michal,Stanisław=stanislaw,Grzegorz=grzegorz,Bartłomiej=bartlomiej,Jędrzej=jedrzej",
		women:    "Małgorzata=malgorzata,Agnieszka=agnieszka,Bożena=bozena,Żaneta=zaneta,Grażyna=grazyna,Elżbieta=elzbieta,Zofia=zofia",
		families: "Wiśniewski/Wiśniewska=wisniewski,Dąbrowski/Dąbrowska=dabrowski,Wójcik=wojcik,Kozłowski/Kozłowska=kozlowski,Mazur=mazur,Zając=zajac,Król=krol,Pawłowski/Pawłowska=pawlowski,Wróbel=wrobel,Szczepański/Szczepańska=szczepanski,Gąsior=gasior,Sikora=sikora",
		streets:  "ulica Floriańska,ulica Długa,aleja Słowackiego", city: "Kraków", region: "Małopolskie", country: "Poland", postal: "31-0##", phone: "+48 12 ### ## ##", mobile: "+48 60# ### ###",
	},
	{
		language: "cs-CZ",
		men:      "Jiří=jiri,Ondřej=ondrej,Tomáš=tomas,Luboš=lubos,Matěj=matej,Řehoř=rehor,Zdeněk=zdenek",
		women:    "Kateřina=katerina,Růžena=ruzena,Eliška=eliska,Šárka=sarka,Božena=bozena,Jiřina=jirina,Zdeňka=zdenka",
		families: "Dvořák/Dvořáková=dvorak,Černý/Černá=cerny,Procházka/Procházková=prochazka,Růžička/Růžičková=ruzicka,Kříž/Křížová=kriz,Šťastný/Šťastná=stastny,Němec/Němcová=nemec,Hájek/Hájková=hajek,Beneš/Benešová=benes,Kučera/Kučerová=kucera,Říha/Říhová=riha,Žák/Žáková=zak",
		streets:  "Masarykova,Údolní,Křížová", city: "Brno", region: "Jihomoravský kraj", country: "Czechia", postal: "602 ##", phone: "+420 54# ### ###", mobile: "+420 60# ### ###",
	},
	{
		language: "tr-TR",
		men:      "Çağlar=caglar,Ömer=omer,İbrahim=ibrahim,Şükrü=sukru,Işık=isik,Oğuz=oguz,Gökhan=gokhan",
		women:    "Ayşe=ayse,Gülşen=gulsen,Çiğdem=cigdem,İpek=ipek,Özlem=ozlem,Şebnem=sebnem,Ilgın=ilgin",
		families: "Yılmaz=yilmaz,Öztürk=ozturk,Çelik=celik,Şahin=sahin,Güneş=gunes,Aydın=aydin,Koç=koc,Kılıç=kilic,Doğan=dogan,Işıklı=isikli,Üstün=ustun,Bağcı=bagci",
		streets:  "Kıbrıs Şehitleri Caddesi,Şair Eşref Bulvarı,Gül Sokak", city: "İzmir", region: "Ege", country: "Türkiye", postal: "352##", phone: "+90 232 ### ## ##", mobile: "+90 53# ### ## ##",
	},
	{
		language: "vi-VN", familyFirst: true,
		men:      "Văn Đức=vanduc,Minh Quân=minhquan,Hữu Phước=huuphuoc,Đình Thắng=dinhthang,Quốc Bảo=quocbao,Tuấn Kiệt=tuankiet",
		women:    "Thị Hương=thihuong,Ngọc Ánh=ngocanh,Thu Thảo=thuthao,Mỹ Duyên=myduyen,Diễm Quỳnh=diemquynh,Bích Thủy=bichthuy",
		families: "Nguyễn=nguyen,Trần=tran,Lê=le,Phạm=pham,Huỳnh=huynh,Vũ=vu,Đặng=dang,Bùi=bui,Đỗ=do,Hồ=ho,Ngô=ngo,Dương=duong",
		streets:  "Đường Bạch Đằng,Đường Lê Duẩn,Đường Trần Phú", city: "Đà Nẵng", region: "Đà Nẵng", country: "Vietnam", postal: "550###", phone: "+84 236 #### ###", mobile: "+84 90 ### ## ##",
	},
	{
		language: "pt-BR",
		men:      "João=joao,Luís=luis,Antônio=antonio,Caetano=caetano,Fábio=fabio,Gonçalo=goncalo,Sebastião=sebastiao",
		women:    "Conceição=conceicao,Flávia=flavia,Letícia=leticia,Luíza=luiza,Débora=debora,Júlia=julia,Mônica=monica",
		families: "da Silva=dasilva,Guimarães=guimaraes,Simões=simoes,Araújo=araujo,Gonçalves=goncalves,Magalhães=magalhaes,Leitão=leitao,dos Santos=dossantos,Assunção=assuncao,Péricles=pericles,Brandão=brandao,Morais=morais",
		streets:  "Rua São Bento,Avenida Ipiranga,Rua da Consolação", city: "São Paulo", region: "SP", country: "Brazil", postal: "010##-0##", phone: "+55 11 3### ####", mobile: "+55 11 9#### ####",
	},
	{
		language: "en-IE",
		men:      "Seán=sean,Pádraig=padraig,Ciarán=ciaran,Eoghan=eoghan,Tadhg=tadhg,Rónán=ronan,Fionn=fionn",
		women:    "Siobhán=siobhan,Aoife=aoife,Gráinne=grainne,Niamh=niamh,Róisín=roisin,Sinéad=sinead,Órla=orla",
		families: "O'Brien=obrien,Ó Súilleabháin=osuilleabhain,McCarthy=mccarthy,Fitzgerald=fitzgerald,O'Dowd=odowd,Kavanagh=kavanagh,Breathnach=breathnach,Mac Giolla=macgiolla,Doyle=doyle,Keane=keane,O'Shea=oshea,Burke-Nolan=burkenolan",
		streets:  "Dame Street,O'Connell Street Lower,St. Stephen's Green", city: "Dublin", region: "Leinster", country: "Ireland", postal: "D02 X2##", phone: "+353 1 ### ####", mobile: "+353 87 ### ####",
	},
	{
		language: "uk-UA",
		men:      "Олександр=oleksandr,Тарас=taras,Єгор=yehor,Ілля=illia,Володимир=volodymyr,Юрій=yurii,Ярослав=yaroslav",
		women:    "Оксана=oksana,Софія=sofiia,Євгенія=yevheniia,Люба=liuba,Наталія=nataliia,Ганна=hanna,Ірина=iryna",
		families: "Шевченко=shevchenko,Коваленко=kovalenko,Бондаренко=bondarenko,Ткачук=tkachuk,Кравець=kravets,Лисенко=lysenko,Гнатюк=hnatiuk,Їжакевич=yizhakevych,Мельник=melnyk,Савчук=savchuk,Щербак=shcherbak,Дем'яненко=demianenko",
		streets:  "вулиця Хрещатик,Андріївський узвіз,вулиця Саксаганського", city: "Київ", region: "м. Київ", country: "Ukraine", postal: "010##", phone: "+380 44 ### ## ##", mobile: "+380 50 ### ## ##",
	},
	{
		language: "sr-Cyrl-RS",
		men:      "Ђорђе=djordje,Милош=milos,Стефан=stefan,Љубомир=ljubomir,Жељко=zeljko,Никола=nikola",
		women:    "Јелена=jelena,Љиљана=ljiljana,Драгана=dragana,Теодора=teodora,Снежана=snezana,Ђурђа=djurdja",
		families: "Јовановић=jovanovic,Петровић=petrovic,Ђоковић=djokovic,Николић=nikolic,Живковић=zivkovic,Томић=tomic,Чолић=colic,Шарић=saric,Његош=njegos,Ђурић=djuric,Лукић=lukic,Вуковић=vukovic",
		streets:  "Змај Јовина,Дунавска,Булевар ослобођења", city: "Нови Сад", region: "Војводина", country: "Serbia", postal: "21###", phone: "+381 21 ### ###", mobile: "+381 64 ### ####",
	},
	{
		language: "el-GR",
		men:      "Γιώργος=giorgos,Νίκος=nikos,Αλέξανδρος=alexandros,Σπύρος=spyros,Ηλίας=ilias,Θανάσης=thanasis",
		women:    "Ελένη=eleni,Δήμητρα=dimitra,Χρυσούλα=chrysoula,Ζωή=zoi,Ιωάννα=ioanna,Κυριακή=kyriaki",
		families: "Παπαδόπουλος/Παπαδοπούλου=papadopoulos,Νικολαΐδης/Νικολαΐδου=nikolaidis,Γεωργίου=georgiou,Οικονόμου=oikonomou,Βασιλείου=vasileiou,Καραγιάννης/Καραγιάννη=karagiannis,Αθανασίου=athanasiou,Μακρής/Μακρή=makris,Λάμπρου=lamprou,Ψαρράς/Ψαρρά=psarras,Ξένος/Ξένου=xenos,Θεοδώρου=theodorou",
		streets:  "Εγνατία,Τσιμισκή,Λεωφόρος Νίκης", city: "Θεσσαλονίκη", region: "Κεντρική Μακεδονία", country: "Greece", postal: "546 ##", phone: "+30 231 ### ####", mobile: "+30 69# ### ####",
	},
	{
		language: "ar-EG",
		men:      "محمد=mohamed,يوسف=youssef,كريم=karim,طارق=tarek,عبد الرحمن=abdelrahman,حسين=hussein,شريف=sherif",
		women:    "فاطمة=fatma,نور=nour,ليلى=laila,هبة=heba,سلمى=salma,ياسمين=yasmin,رانيا=rania",
		families: "الشريف=elsherif,حسن=hassan,منصور=mansour,عبد الله=abdallah,فوزي=fawzy,السيد=elsayed,نجيب=naguib,خليل=khalil,البنا=elbanna,رمضان=ramadan,عثمان=osman,زكي=zaki",
		streets:  "شارع طلعت حرب,شارع قصر النيل,كورنيش النيل", city: "القاهرة", region: "محافظة القاهرة", country: "Egypt", postal: "115##", phone: "+20 2 #### ####", mobile: "+20 10 #### ####",
	},
	{
		language: "he-IL",
		men:      "דוד=david,איתי=itay,נועם=noam,יהונתן=yehonatan,אורי=uri,גיא=guy",
		women:    "שירה=shira,תמר=tamar,יעל=yael,מיכל=michal,נועה=noa,רבקה=rivka",
		families: "כהן=cohen,לוי=levi,מזרחי=mizrahi,פרץ=peretz,אברהם=avraham,ביטון=biton,בן־דוד=bendavid,גבאי=gabai,צור=tzur,שפירא=shapira,רוזן=rozen,אלמוג=almog",
		streets:  "שדרות הנשיא,רחוב הרצל,דרך העצמאות", city: "חיפה", region: "מחוז חיפה", country: "Israel", postal: "31#####", phone: "+972 4 ### ####", mobile: "+972 52 ### ####",
	},
	{
		language: "zh-CN", familyFirst: true,
		men:      "伟=wei,志强=zhiqiang,建国=jianguo,浩然=haoran,子轩=zixuan,文博=wenbo,明=ming",
		women:    "丽=li,秀英=xiuying,雨婷=yuting,欣怡=xinyi,静=jing,晓燕=xiaoyan,慧敏=huimin",
		families: "王=wang,李=li,张=zhang,刘=liu,陈=chen,杨=yang,欧阳=ouyang,赵=zhao,黄=huang,周=zhou,司马=sima,吕=lv",
		streets:  "南京东路,淮海中路,四川北路", city: "上海", region: "上海市", country: "China", postal: "2000##", phone: "+86 21 #### ####", mobile: "+86 138 #### ####",
	},
	{
		language: "ja-JP", familyFirst: true,
		men:      "翔太=shota,健一=kenichi,大輔=daisuke,悠真=yuma,隆=takashi,直樹=naoki",
		women:    "さくら=sakura,陽子=yoko,美咲=misaki,結衣=yui,ひなた=hinata,由紀=yuki",
		families: "佐藤=sato,鈴木=suzuki,髙橋=takahashi,田中=tanaka,渡邉=watanabe,伊藤=ito,山本=yamamoto,中村=nakamura,小林=kobayashi,加藤=kato,齋藤=saito,吉田=yoshida",
		streets:  "御堂筋,心斎橋筋,中之島", city: "大阪市", region: "大阪府", country: "Japan", postal: "530-00##", phone: "+81 6 #### ####", mobile: "+81 90 #### ####",
	},
	{
		language: "ko-KR", familyFirst: true,
		men:      "민준=minjun,서준=seojun,도윤=doyun,지훈=jihoon,현우=hyunwoo,성민=sungmin",
		women:    "서연=seoyeon,지우=jiwoo,하은=haeun,수빈=subin,예린=yerin,미영=miyoung",
		families: "김=kim,이=lee,박=park,최=choi,정=jung,강=kang,조=cho,윤=yoon,장=jang,임=lim,남궁=namgung,황보=hwangbo",
		streets:  "해운대로,광안해변로,중앙대로", city: "부산광역시", region: "부산", country: "South Korea", postal: "48###", phone: "+82 51 ### ####", mobile: "+82 10 #### ####",
	},
	{
		language: "hi-IN",
		men:      "राहुल=rahul,अमित=amit,विक्रम=vikram,सूर्य=surya,कृष्ण=krishna,रोहन=rohan",
		women:    "प्रिया=priya,अंजलि=anjali,दीपिका=deepika,काव्या=kavya,स्नेहा=sneha,लक्ष्मी=lakshmi",
		families: "शर्मा=sharma,वर्मा=verma,गुप्ता=gupta,पटेल=patel,सिंह=singh,जोशी=joshi,कुलकर्णी=kulkarni,देशपांडे=deshpande,मिश्रा=mishra,त्रिपाठी=tripathi,चौधरी=chaudhary,नायर=nair",
		streets:  "महात्मा गांधी मार्ग,लक्ष्मी रोड,फर्ग्युसन कॉलेज रोड", city: "पुणे", region: "महाराष्ट्र", country: "India", postal: "4110##", phone: "+91 20 #### ####", mobile: "+91 98### #####",
	},
	{
		language: "th-TH",
		men:      "สมชาย=somchai,ธนกร=thanakorn,วิชัย=wichai,ณัฐพล=nattapon,กิตติ=kitti",
		women:    "สุดา=suda,พรทิพย์=pornthip,กัญญา=kanya,อรุณี=arunee,มาลี=malee",
		families: "ศรีสุข=srisuk,วงศ์ไทย=wongthai,บุญมี=boonmee,แก้วใส=kaewsai,ทองดี=thongdee,ชัยวัฒน์=chaiwat,สุวรรณ=suwan,รัตนกุล=rattanakul,พันธุ์ดี=phandee,อินทร์แก้ว=inkaew",
		streets:  "ถนนนิมมานเหมินท์,ถนนท่าแพ,ถนนห้วยแก้ว", city: "เชียงใหม่", region: "เชียงใหม่", country: "Thailand", postal: "50###", phone: "+66 53 ### ###", mobile: "+66 81 ### ####",
	},
	{
		language: "ka-GE",
		men:      "გიორგი=giorgi,ლევან=levan,დავით=davit,ნიკა=nika,ზურაბ=zurab",
		women:    "ნინო=nino,თამარ=tamar,ქეთევან=ketevan,მარიამ=mariam,ეკა=eka",
		families: "ბერიძე=beridze,კაპანაძე=kapanadze,გელაშვილი=gelashvili,მაისურაძე=maisuradze,ლომიძე=lomidze,ჯაფარიძე=japaridze,წიკლაური=tsiklauri,ხვედელიძე=khvedelidze,ჭავჭავაძე=chavchavadze,ყიფიანი=kipiani",
		streets:  "რუსთაველის გამზირი,აღმაშენებლის გამზირი", city: "თბილისი", region: "თბილისი", country: "Georgia", postal: "01##", phone: "+995 32 2## ## ##", mobile: "+995 599 ## ## ##",
	},
}

// branch is a department with the titles of those who work in it.
type branch struct {
	name   string
	titles []string
}

var branches = [...]branch{
	{"Finance", []string{"Accountant", "Senior Accountant", "Controller", "Payroll Clerk"}},
	{"Sales", []string{"Account Manager", "Sales Representative", "Inside Sales", "Key Account Manager"}},
	{"Engineering", []string{"Engineer", "Senior Engineer", "Test Engineer", "Draughtsperson"}},
	{"Research & Development", []string{"Researcher", "Lab Technician", "Principal Scientist"}},
	{"Human Resources", []string{"HR Partner", "Recruiter", "Training Coordinator"}},
	{"IT", []string{"System Administrator", "Service Desk Agent", "Network Engineer", "Security Analyst"}},
	{"Legal", []string{"Counsel", "Paralegal", "Contract Manager"}},
	{"Marketing", []string{"Copywriter", "Brand Manager", "Web Editor", "Event Manager"}},
	{"Einkauf", []string{"Buyer", "Senior Buyer", "Supply Planner"}},
	{"Customer Care", []string{"Support Agent", "Team Coordinator", "Complaints Officer"}},
	{"Logistics", []string{"Dispatcher", "Warehouse Clerk", "Customs Officer", "Driver"}},
	{"総務部", []string{"Office Manager", "Facility Manager", "Receptionist"}},
}

// projects are what groups are called when they are neither a department nor a place.
var projects = [...]string{
	"Projet Été", "Sales EMEA", "Apollo", "Budget 2027 (draft)", "Board + Assistants", "Бухгалтерія", "経理部", "Fire wardens, 2nd floor",
	"Ομάδα Έργου", "Night shift", "C# & Go guild", "50% part time", "מנהלים", "Works council / Betriebsrat", "أصدقاء القهوة", "Onboarding", "O'Reilly readers", "परियोजना",
}
