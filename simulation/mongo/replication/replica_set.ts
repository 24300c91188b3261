/**
 * A replica set: members that copy the history of a primary, and elections (long because each event concerns all of its state).
 *
 * Invariants
 *  1. A primary is elected by a majority of the members, and has every write that a majority had.
 *  2. What only a minority had is lost when another primary is elected: a member that has it goes back to where the histories
 *     part (a rollback).
 *  3. A member that is cut off from the others may remain primary for a while, and answer; it has no majority.
 */

import type { ModelPort } from '../port.ts'
import { type Branch, createBranch } from './branch.ts'
import { commonNumber, isAhead } from './logs.ts'
import { createReign, type Ending, type Reign } from './reign.ts'

export type Member = {
  readonly address: string
  isUp(): boolean
  /** Cut off from the other members. */
  isCut(): boolean
  isCutFromClients(): boolean
  /** While it is primary. */
  reign(): Reign | undefined
  /** Its history, how much of it the member has, and how much it knows to be on a majority. */
  state(): { readonly branch: Branch; readonly applied: number; readonly majority: number }
}

export type ReplicaSet = {
  readonly members: readonly Member[]
  /** The primary that a majority can reach. */
  primary(): Member | undefined
  /** The primary gives up its role; writes that no other member has yet are lost. Another is elected soon. */
  stepDown(): void
  /** The primary stops, and starts again after `forMs`, or when `start` is called. Returns its address. */
  killPrimary(forMs?: number): string | undefined
  start(address: string): void
  /** Cuts a member off from the others until `reconnect`, and from the clients unless they are excepted. */
  partition(address: string, alsoFromClients?: boolean): void
  reconnect(): void
  /** Called with a member whose role or state changed. */
  onChange(listener: (member: Member) => void): void
}

export type Timing = {
  /** From the moment when a primary does not answer until another is elected. */
  readonly electionMs: number
  /** The same after `stepDown`. */
  readonly handoverMs: number
  /** From the moment when a primary is cut off until it gives up its role. */
  readonly deposedMs: number
  /** A transaction is aborted that long after it began. */
  readonly transactionLifetimeMs: number
}

type State = {
  readonly address: string
  branch: Branch
  applied: number
  majority: number
  up: boolean
  cut: boolean
  cutFromClients: boolean
  reign: Reign | undefined
  copying: boolean
}

/** `given`: what every member has at first. */
export function createReplicaSet(
  port: ModelPort,
  addresses: readonly string[],
  timing: Timing,
  given?: Branch,
): ReplicaSet {
  const origin = given ? given.fork(given.last(), 0) : createBranch(0)
  const before = origin.last()
  const states: State[] = addresses.map((address) => ({
    address,
    ...{ branch: origin, applied: before, majority: before },
    ...{ up: true, cut: false, cutFromClients: false, reign: undefined, copying: false },
  }))
  const listeners: ((member: Member) => void)[] = []
  const quorum = Math.floor(addresses.length / 2) + 1
  const members = states.map(memberOf)
  let term = 0

  const changed = (state: State) => {
    for (const listener of listeners) listener(members[states.indexOf(state)]!)
  }
  const reachable = (state: State) => state.up && !state.cut
  const current = () => states.find((state) => reachable(state) && state.reign)

  /** The member has what the primary had, and nothing else. */
  const follow = (state: State, { branch }: Reign) => {
    if (state.branch === branch) return
    const common = commonNumber(state.branch, state.applied, branch)
    if (common < state.applied) port.note?.(`${state.address} rolls back ${state.applied - common} writes`)
    state.branch = branch
    state.applied = common
    state.majority = Math.min(state.majority, common)
  }

  const copy = (state: State) => {
    const primary = current()
    if (!primary || primary === state || !reachable(state) || state.copying) return
    state.copying = true
    const ms = port.replicationMs?.(state.address) ?? 0
    const run = () => {
      state.copying = false
      const from = current()
      if (!from || from === state || !reachable(state)) return
      const reign = from.reign!
      follow(state, reign)
      state.applied = reign.branch.last()
      state.majority = Math.max(state.majority, reign.majority())
      reign.acknowledge(state.address, state.applied)
      if (state.applied < reign.branch.last()) copy(state)
    }
    if (ms > 0) port.after(ms, run)
    else port.defer(run)
  }
  const copyAll = () => {
    for (const state of states) copy(state)
  }

  const end = (state: State, how: Ending) => {
    const { reign } = state
    if (!reign) return
    state.reign = undefined
    state.applied = reign.branch.last()
    state.majority = reign.majority()
    reign.end(how)
    port.note?.(`${state.address} ${how}`)
    changed(state)
  }

  /** `except`: gave up its role, and is not elected again at once. */
  const elect = (except?: State) => {
    if (current()) return
    const voters = states.filter(reachable)
    if (voters.length < quorum) return
    // A member votes for no other that has less than itself.
    const votesFor = (candidate: State) => voters.filter((voter) => !isAhead(voter, candidate)).length
    const candidates = voters.filter((each) => each !== except && votesFor(each) >= quorum)
    const winner = (candidates.length > 0 ? candidates : voters).reduce((best, each) =>
      isAhead(each, best) ? each : best,
    )
    term++
    winner.branch = winner.branch.fork(winner.applied, term)
    winner.reign = createReign({
      transactionLifetimeMs: timing.transactionLifetimeMs,
      ...{ term, member: winner.address, members: states.length },
      ...{ branch: winner.branch, known: winner.majority, runtime: port, onAppend: copyAll },
    })
    port.note?.(`${winner.address} is primary of term ${term}`)
    // As the server's "new primary": with it, a majority soon has everything before, too.
    winner.reign.append([])
    changed(winner)
  }
  const electAfter = (ms: number, except?: State) =>
    void port.after(ms * (0.9 + 0.2 * port.random()), () => elect(except))

  elect()

  return {
    members,
    primary() {
      const state = current()
      return state && members[states.indexOf(state)]
    },
    stepDown() {
      const state = current()
      if (!state) return
      end(state, 'stepped down')
      electAfter(timing.handoverMs, state)
    },
    killPrimary(forMs) {
      const state = current()
      if (!state) return undefined
      end(state, 'died')
      state.up = false
      changed(state)
      electAfter(timing.electionMs)
      if (forMs !== undefined) port.after(forMs, () => start(state.address))
      return state.address
    },
    start,
    partition(address, alsoFromClients = true) {
      const state = stateOf(address)
      if (state.cut) return
      state.cut = true
      state.cutFromClients = alsoFromClients
      port.note?.(`${address} is cut off`)
      changed(state)
      if (!state.reign) return
      const { reign } = state
      electAfter(timing.electionMs)
      port.after(timing.deposedMs, () => {
        if (state.reign === reign && state.cut) end(state, 'stepped down')
      })
    },
    reconnect() {
      for (const state of states) {
        if (!state.cut) continue
        state.cut = false
        state.cutFromClients = false
        port.note?.(`${state.address} is connected again`)
        if (state.reign && state.reign.term < term) end(state, 'stepped down')
        changed(state)
      }
      if (!current()) electAfter(timing.handoverMs)
      copyAll()
    },
    onChange: (listener) => void listeners.push(listener),
  }

  function start(address: string) {
    const state = stateOf(address)
    if (state.up) return
    state.up = true
    port.note?.(`${address} starts`)
    changed(state)
    if (current()) copyAll()
    else electAfter(timing.handoverMs)
  }

  function stateOf(address: string): State {
    const state = states.find((each) => each.address === address)
    if (!state) throw new Error(`There is no member ${address}`)
    return state
  }
}

const memberOf = (state: State): Member => ({
  address: state.address,
  isUp: () => state.up,
  isCut: () => state.cut,
  isCutFromClients: () => state.cutFromClients,
  reign: () => state.reign,
  state: () =>
    state.reign
      ? { branch: state.branch, applied: state.branch.last(), majority: state.reign.majority() }
      : { branch: state.branch, applied: state.applied, majority: state.majority },
})
