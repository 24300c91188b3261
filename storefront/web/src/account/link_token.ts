import { useLocation } from 'react-router'

/**
 * The token of a link from a mail. It is after the `#`, so it is in no request and no log; it stays in the address until it was
 * used, so that a reload or another language keeps it.
 */
export function useLinkToken(): string | undefined {
  return new URLSearchParams(useLocation().hash.slice(1)).get('token') || undefined
}
