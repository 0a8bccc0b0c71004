package main

import (
	"context"
	"errors"
)

func (a *app) target(context.Context, []string) error { return errors.New("not built yet") }
