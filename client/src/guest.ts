/**
 * A customer without an account: an access token of a guest, in memory, renewed with the same id before it ends. Behind the gateway a
 * cookie keeps it as well, so that another page is the same guest.
 */
type GuestAnswer = { readonly access_token: string; readonly expires_in: number }

/** As near to its end a token is renewed. */
export const RENEW_BEFORE_MS = 5 * 60_000

/** `ask`: POST /guests, with the token of before. Calls at once share one. */
export function createGuest(
  ask: (before: { access_token?: string }) => Promise<GuestAnswer>,
  now: () => number,
) {
  let known: { readonly token: string; readonly renewAt: number; readonly endsAt: number } | undefined
  let asking: Promise<string> | undefined
  const renew = async (): Promise<string> => {
    const before = known !== undefined && now() < known.endsAt ? { access_token: known.token } : {}
    const { access_token: token, expires_in } = await ask(before)
    const endsAt = now() + expires_in * 1_000
    known = { token, endsAt, renewAt: endsAt - RENEW_BEFORE_MS }
    return token
  }
  return {
    async token(): Promise<string> {
      if (known !== undefined && now() < known.renewAt) return known.token
      asking ??= renew().finally(() => {
        asking = undefined
      })
      return asking
    },
    /** The next token is of another guest. */
    forget(): void {
      known = undefined
    },
  }
}
