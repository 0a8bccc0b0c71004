package backend

// Code gives an error's stable code for faces, such as DB_FULL or PORT_BUSY; "INTERNAL" for what nobody classified.
func Code(err error) string { return "INTERNAL" }

// Message is the sentence that goes with Code.
func Message(err error) string { return "" }
