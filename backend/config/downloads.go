package config

import (
	"os"

	"github.com/adrg/xdg"
)

// Downloads is the system's folder for downloads, wherever the user has put it, or the home folder where there is none; "" on a
// system without either.
func Downloads() string {
	if info, err := os.Stat(xdg.UserDirs.Download); err == nil && info.IsDir() {
		return xdg.UserDirs.Download
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return home
}
