package main

import (
	"cmp"
	"context"
	"fmt"

	"scimdesk/backend/control"
)

const oauthUsage = `scimd oauth make lets Entra sign in by OAuth 2.0 client credentials in place of the secret token. It prints the client secret,
alone, on standard output; it is not kept and can't be shown again. The client ID and the token endpoint are told on
standard error. For a client that exists it makes a new secret: the old one and what Entra was given with it end at once.
scimd oauth end ends the client. Secret tokens go on in either case.

  scimd oauth make --data ./office > secret.txt
  scimd oauth end --data ./office`

func (a *app) oauth(ctx context.Context, args []string) error {
	fs := a.flags("scimd oauth", oauthUsage)
	data := dataFlag(fs)
	words, err := a.parse(fs, args, []string{"make", "end"})
	if err != nil {
		return err
	}
	return a.with(ctx, *data, false, func(f folder, _ *control.Client) error {
		if words[0] == "end" {
			return f.EndOAuthClient(ctx)
		}
		made, err := f.MakeOAuthClient(ctx)
		if err != nil {
			return err
		}
		if err := a.print("%s\n", made.Secret); err != nil {
			return fmt.Errorf("the client secret could not be written; make another: %w", err)
		}
		_, _ = fmt.Fprintf(a.err, "In Entra choose OAuth2 Client Credentials Grant under Provisioning > Admin Credentials and enter this secret with\n  Client Identifier  %s\n  Token Endpoint     %s\n",
			made.Client.ClientID, cmp.Or(made.Client.TokenURL, "the public address, when there is one, followed by /oauth/token"))
		return nil
	})
}
