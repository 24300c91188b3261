/**
 * The lines in front of expensive work: at most `atOnce` pieces run, at most `waitingMax` wait in each line. So memory
 * stays bounded however many ask.
 *
 * Promises
 *  1. A full line keeps nobody out of another: they are bounded apart.
 *  2. Whoever is known goes first, then other logins, then new accounts; each line gets its share of TURNS all the
 *     same, so that none stands still.
 *  3. Within a line those who ask have their turns one after the other, however many pieces each has. Where a line is
 *     full, one more displaces the last piece of whoever has most, unless that is who asks: then it is refused, with
 *     `overloaded`, at once.
 *  4. A piece whose caller left while it waited leaves the line, and is never begun.
 */
import { Problem } from '@shop/service_kit/runtime/problem'
import type { HashLine, Place } from '../domain/crypto_ports.ts'

const LINES: readonly HashLine[] = ['known', 'login', 'registration']
/** Whose turn it is, again and again; where nobody waits in that line, it is the first of LINES in which somebody does. */
const TURNS: readonly HashLine[] = [
  ...(['known', 'known', 'known', 'login'] as const),
  ...(['known', 'known', 'known', 'registration'] as const),
]

export type WorkLines = {
  run<T>(place: Place, work: () => Promise<T>): Promise<T>
  waiting(): number
  running(): number
}

export function createWorkLines({ atOnce, waitingMax }: { atOnce: number; waitingMax: number }): WorkLines {
  const lines = Object.fromEntries(LINES.map((name) => [name, createLine(waitingMax)])) as Record<
    HashLine,
    Line
  >
  let running = 0
  let turn = 0

  const next = (): Piece | undefined => {
    const preferred = TURNS[turn]!
    turn = (turn + 1) % TURNS.length
    for (const name of [preferred, ...LINES]) {
      const piece = lines[name].shift()
      if (piece) return piece
    }
    return undefined
  }

  const leave = () => {
    const piece = next()
    // The place passes straight to the next in line, so that nobody slips in between.
    if (piece) piece.enter()
    else running -= 1
  }

  return {
    async run({ line, who, signal }, work) {
      if (signal?.aborted) throw gone()
      if (running < atOnce) running += 1
      else await lines[line].wait(who, signal)
      try {
        if (signal?.aborted) throw gone()
        return await work()
      } finally {
        leave()
      }
    },
    waiting: () => LINES.reduce((sum, name) => sum + lines[name].length(), 0),
    running: () => running,
  }
}

type Piece = { readonly enter: () => void; readonly refuse: (why: Error) => void }

type Line = {
  /** Resolves when it is the turn of this piece. */
  wait(who: string, signal: AbortSignal | undefined): Promise<void>
  shift(): Piece | undefined
  length(): number
}

function createLine(waitingMax: number): Line {
  /** By who asks, in the order of their turns; nobody is in it without a piece. */
  const pieces = new Map<string, Piece[]>()
  let length = 0

  const remove = (who: string, piece: Piece) => {
    const own = pieces.get(who)
    const at = own?.indexOf(piece) ?? -1
    if (!own || at === -1) return
    own.splice(at, 1)
    length -= 1
    if (own.length === 0) pieces.delete(who)
  }

  const makeRoom = (who: string) => {
    if (length < waitingMax) return
    // With one more, whoever asks must still have less than who has most: else they would displace each other.
    let most = (pieces.get(who)?.length ?? 0) + 1
    let whose: string | undefined
    for (const [other, own] of pieces) {
      if (own.length > most) {
        most = own.length
        whose = other
      }
    }
    if (whose === undefined) throw overloaded()
    const last = pieces.get(whose)!.at(-1)!
    remove(whose, last)
    last.refuse(overloaded())
  }

  return {
    wait(who, signal) {
      makeRoom(who)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const piece: Piece = { enter: resolve, refuse: reject }
      const own = pieces.get(who)
      if (own) own.push(piece)
      else pieces.set(who, [piece])
      length += 1
      const giveUp = () => {
        remove(who, piece)
        reject(gone())
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      return promise.finally(() => signal?.removeEventListener('abort', giveUp))
    },
    shift() {
      const first = pieces.entries().next().value
      if (!first) return undefined
      const [who, own] = first
      const piece = own.shift()!
      length -= 1
      // To the end of the row of those who ask.
      pieces.delete(who)
      if (own.length > 0) pieces.set(who, own)
      return piece
    },
    length: () => length,
  }
}

const overloaded = () => new Problem('overloaded', 'Too many passwords are being checked. Try again soon.')
const gone = () => new Problem('overloaded', 'Whoever asked left before its turn came.')
