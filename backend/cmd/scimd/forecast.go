package main

import (
	"context"
	"errors"
)

func (a *app) forecast(context.Context, []string) error { return errors.New("not built yet") }
