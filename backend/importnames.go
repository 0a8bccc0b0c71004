package backend

// foreignNames are the usual names of people's columns in French, Spanish, Italian, Dutch, Portuguese, Polish, Czech and the languages of
// the North, as usualName makes them. English and German stand with the attributes.
var foreignNames = map[string][]string{
	columnUserName: {"nomdutilisateur", "identifiant", "identifiantdeconnexion", "nombredeusuario", "usuario", "nomeutente", "utente", "gebruikersnaam", "inlognaam",
		"nomedeusuario", "nomedeutilizador", "utilizador", "nazwauzytkownika", "uzivatelskejmeno", "prihlasovacijmeno", "anvandarnamn", "inloggningsnamn",
		"brugernavn", "brukernavn", "kayttajatunnus"},
	"email": {"adresseemail", "courriel", "adressecourriel", "adressedecourriel", "adressemail", "correoelectronico", "correo", "direcciondecorreo",
		"direcciondecorreoelectronico", "indirizzoemail", "indirizzodiposta", "postaelettronica", "emailadres", "enderecodeemail", "correioeletronico", "adresemail",
		"emailovaadresa", "epost", "epostadress", "epostadresse", "sahkoposti"},
	"displayName": {"nomcomplet", "nomaffiche", "nomdaffichage", "nombrecompleto", "nombreparamostrar", "nomecompleto", "nomevisualizzato", "volledigenaam",
		"weergavenaam", "naam", "nomedeexibicao", "nomeaapresentar", "nazwawyswietlana", "imieinazwisko", "nazwa", "zobrazovanejmeno", "celejmeno", "visningsnamn", "namn",
		"visningsnavn", "vistnavn", "navn", "nayttonimi"},
	"givenName":      {"prenom", "nombre", "nombredepila", "nome", "nomeproprio", "voornaam", "primeironome", "imie", "jmeno", "krestnijmeno", "fornamn", "fornavn", "etunimi"},
	"familyName":     {"nom", "nomdefamille", "apellidos", "apellido", "cognome", "achternaam", "familienaam", "sobrenome", "apelido", "nazwisko", "prijmeni", "efternamn", "efternavn", "etternavn", "sukunimi"},
	"title":          {"fonction", "poste", "intituleduposte", "cargo", "puesto", "qualifica", "mansione", "ruolo", "functie", "functietitel", "stanowisko", "pracovnipozice", "pozice", "befattning", "stilling", "tehtavanimike"},
	"department":     {"service", "departement", "departamento", "reparto", "dipartimento", "afdeling", "dzial", "oddeleni", "avdelning", "avdeling", "osasto"},
	"organization":   {"societe", "entreprise", "empresa", "azienda", "societa", "bedrijf", "firmanavn", "foretag", "spolecnost", "yritys"},
	"costCenter":     {"centredecout", "centrodecoste", "centrodecosto", "centrodicosto", "kostenplaats", "centrodecusto", "kostnadsstalle", "omkostningssted"},
	"employeeNumber": {"matricule", "numerodemploye", "numerodeempleado", "matricola", "personeelsnummer", "medewerkernummer", "matricula", "numerpracownika", "osobnicislo", "anstallningsnummer", "medarbejdernummer", "ansattnummer"},
	columnManager:    {"responsable", "superieur", "gerente", "jefe", "responsabile", "leidinggevende", "gestor", "przelozony", "nadrizeny", "chef", "leder", "esimies"}, //nolint:misspell // not English
	columnActive:     {"actif", "activo", "attivo", "actief", "ativo", "aktywny", "aktivni"},
	"phone":          {"numerodetelephone", "telefono", "telefoonnummer", "telefoon", "telefone", "numertelefonu", "telefonnummer", "puhelin"},
	"mobile":         {"portable", "telephoneportable", "telephonemobile", "movil", "telefonomovil", "cellulare", "mobiel", "celular", "telemovel", "telefonkomorkowy", "mobilnitelefon", "mobiltelefonnummer"},
	"city":           {"ville", "ciudad", "citta", "plaats", "cidade", "miasto", "mesto"},
	"postalCode":     {"codepostal", "codigopostal", "cap", "codicepostale", "kodpocztowy", "psc", "postnummer"},
	"country":        {"pays", "pais", "paese", "kraj", "zeme"},
}
