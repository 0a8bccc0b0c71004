package backend

// Preferences are how the window looks to this user on this computer; they are kept beside no data folder but in the user's
// own configuration.
type Preferences struct {
	Theme    string `json:"theme"`    // system, light or dark
	Language string `json:"language"` // en, de, or "" for the system's
	Views    []View `json:"views"`    // what pages remember
}

// View is what a page remembers, such as its columns. State is JSON of the page's own, at most 4 KiB.
type View struct {
	Name  string `json:"name"`
	State string `json:"state"`
}
