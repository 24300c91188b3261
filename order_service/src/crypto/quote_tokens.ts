/**
 * Quotes as signed tokens, `<facts>.<signature>` (HMAC-SHA256 by the shared secret of the services): the buyer keeps the quote, and
 * nothing is stored until it is ordered. Replicas and releases that share the secret accept each other's quotes.
 *
 * Invariants
 *  1. A token whose facts, total or end were changed is `unsigned`: it makes no order.
 *  2. No token of another kind is a quote, and no quote is a token of another kind: what is signed begins with PURPOSE.
 *  3. The hash is of the facts alone: the same lines, place, prices and rates have the same one.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { QuoteSeal } from '../domain/checkout_ports.ts'
import type { QuoteFacts } from '../domain/quote_facts.ts'
import { readFacts } from '../domain/quote_record.ts'

const PURPOSE = 'quote.v1.'

type Payload = { readonly facts: QuoteFacts; readonly totalMinor: number; readonly expiresAt: string }

/** Signs with the first secret, and accepts each. */
export function createQuoteSeal(secrets: readonly string[], now: () => Date): QuoteSeal {
  const isSigned = (text: string, signature: string) =>
    secrets.some((secret) => {
      const [right, given] = [signatureOf(text, secret), Buffer.from(signature, 'base64url')]
      return right.length === given.length && timingSafeEqual(right, given)
    })
  return {
    seal(facts, totalMinor, expiresAt) {
      const payload: Payload = { facts: readFacts(facts), totalMinor, expiresAt: expiresAt.toISOString() }
      const text = Buffer.from(JSON.stringify(payload)).toString('base64url')
      const token = `${text}.${signatureOf(text, secrets[0]!).toString('base64url')}`
      return { token, hash: hashOf(payload.facts) }
    },
    open(token) {
      const [text = '', signature = ''] = token.split('.')
      const payload = payloadOf(text)
      if (payload === undefined) return undefined
      const { facts, totalMinor, expiresAt } = payload
      const isOver = now().getTime() >= Date.parse(expiresAt)
      const state = !isSigned(text, signature) ? 'unsigned' : isOver ? 'expired' : 'valid'
      return { facts, totalMinor, hash: hashOf(facts), state }
    },
  }
}

const signatureOf = (text: string, secret: string): Buffer =>
  createHmac('sha256', secret)
    .update(PURPOSE + text)
    .digest()

const hashOf = (facts: QuoteFacts): string => createHash('sha256').update(JSON.stringify(facts)).digest('hex')

/** Undefined if it has not the form of a quote. */
function payloadOf(text: string): Payload | undefined {
  try {
    const { facts, totalMinor, expiresAt } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Payload
    if (!Number.isSafeInteger(totalMinor) || Number.isNaN(Date.parse(expiresAt))) return undefined
    return { facts: readFacts(facts), totalMinor, expiresAt }
  } catch {
    return undefined
  }
}
