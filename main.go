// Command scimdesk is the desktop window: the backend and a page that shows it, in one process. It holds nothing but
// Wails' options and the wiring; what the window may ask for is in app.go, and the application itself in package backend.
package main

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/windows"

	"scimdesk/backend"
)

//go:embed all:frontend/dist
var dist embed.FS

//go:embed build/appicon.png
var icon []byte

func main() {
	started := time.Now()
	log := slog.New(backend.Masked(slog.NewTextHandler(os.Stderr, nil)))

	flags := flag.NewFlagSet("scimdesk", flag.ContinueOnError)
	dir := flags.String("data", "", "data `folder`; empty means "+backend.EnvData+", else the one chosen in the window, else the system's usual place")
	listen := flags.String("listen", "", "`address` of the SCIM listener, such as 127.0.0.1:8088; empty means the default")
	if err := flags.Parse(os.Args[1:]); errors.Is(err, flag.ErrHelp) {
		return
	} else if err != nil {
		os.Exit(2)
	}

	prefs := backend.OpenPreferences(log)
	app := NewApp(backend.Options{Dir: *dir, Listen: *listen, Face: "window", Log: log}, prefs, started)
	if err := run(app, prefs.Place(), cmp.Or(*dir, os.Getenv(backend.EnvData))); err != nil {
		log.Error("window", "err", err)
		os.Exit(1)
	}
}

// The window's size unless it was closed in another one, and the smallest that all pages fit in.
const (
	defaultWidth, defaultHeight = 1280, 800
	minWidth, minHeight         = 900, 600
)

// run opens the window and returns when it has closed and the backend has ended.
func run(app *App, at backend.Place, dir string) error {
	assets, err := fs.Sub(dist, "frontend/dist")
	if err != nil {
		return fmt.Errorf("find the window's files: %w", err)
	}
	// Some graphics drivers show an empty window with WebKit's DMA-BUF renderer.
	if runtime.GOOS == "linux" && os.Getenv("WEBKIT_DISABLE_DMABUF_RENDERER") == "" {
		if err := os.Setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1"); err != nil {
			return fmt.Errorf("prepare WebKit: %w", err)
		}
	}
	size, state := at, options.Normal
	if !at.Known {
		size.Width, size.Height = defaultWidth, defaultHeight
	}
	if at.Maximised {
		state = options.Maximised
	}
	err = wails.Run(&options.App{
		Title:              "ScimDesk",
		Width:              max(size.Width, minWidth),
		Height:             max(size.Height, minHeight),
		MinWidth:           minWidth,
		MinHeight:          minHeight,
		WindowStartState:   state,
		AssetServer:        &assetserver.Options{Assets: assets},
		OnStartup:          app.startup,
		OnBeforeClose:      app.beforeClose,
		OnShutdown:         app.shutdown,
		Bind:               []any{app},
		ErrorFormatter:     formatError,
		LogLevel:           logger.WARNING,
		LogLevelProduction: logger.ERROR,
		SingleInstanceLock: &options.SingleInstanceLock{
			UniqueId:               instanceID(dir),
			OnSecondInstanceLaunch: func(options.SecondInstanceData) { app.show() },
		},
		Linux:   &linux.Options{Icon: icon, ProgramName: "scimdesk", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
		Windows: &windows.Options{Theme: windows.SystemDefault, WebviewUserDataPath: webviewFolder()},
	})
	if err != nil {
		return fmt.Errorf("open the window: %w", err)
	}
	return nil
}

// instanceID names a data folder, so that a second window on the same folder shows the first one, and one on another
// folder opens. It spares a click only: what keeps two processes apart is the backend's lock.
func instanceID(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil && dir != "" {
		dir = abs
	}
	sum := sha256.Sum256([]byte(cmp.Or(dir, "default")))
	return "scimdesk_" + hex.EncodeToString(sum[:8])
}

// webviewFolder is where WebView2 keeps its cache. Left to itself it makes a folder that is named after the program's
// file; "" lets it.
func webviewFolder() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "ScimDesk", "WebView2")
}
