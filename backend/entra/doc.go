// Package entra plays the other side: Microsoft Entra ID's provisioning service, as a SCIM 2.0 client. It invents an
// office from a seed, provisions it into a target with the requests, encodings, headers and order that Entra uses, lets
// the office live between the cycles, and afterwards reads the target back and says in words where it differs.
//
// It exists so that a directory can be tried out before Entra is connected (rehearsals, self-checks, load), and it
// imports nothing of ours, so that it cannot share a mistake with the server it talks to. What it sends is held to
// recorded evidence in testdata/evidence, request by request.
//
// The client is driven by state, not by a queue: each cycle compares what the office looks like with what the target is
// believed to hold, and sends the difference. Whatever failed, or was sent and never answered, therefore is still a
// difference (or is marked as unsure and read again) in the next cycle. That is what Entra calls escrow.
package entra
