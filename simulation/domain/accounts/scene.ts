/** The accounts of one history: two replicas of the auth service, two services that accept its tokens, and their oracles. */
import { type Client, createClients } from '../client.ts'
import { createHost, type Host } from '../hosts.ts'
import type { DomainHistory } from '../mix.ts'
import { createNetwork, type Network } from '../network.ts'
import type { Scene } from '../scene.ts'
import { createStoreAccess } from '../store_access.ts'
import { createAccountModel } from './account_model.ts'
import { type AccountOracle, createAccountOracle } from './account_oracle.ts'
import { type AuthReplica, startAuthReplica } from './auth_replica.ts'
import { type GateReplica, startGateReplica } from './gate_replica.ts'
import { type Device, holdAccount } from './holder.ts'
import { changeRoles, guessPasswords, operate, stealTokens } from './others.ts'
import { createPasswordAnswers, type PasswordAnswers } from './password_answers.ts'
import { createSessionAnswers, type SessionAnswers } from './session_answers.ts'
import { createSessionModel, createThrottleModel } from './session_model.ts'

export type AccountsScene = {
  readonly history: DomainHistory
  readonly network: Network
  readonly auth: readonly Host<AuthReplica>[]
  readonly gates: readonly Host<GateReplica>[]
  readonly sessions: SessionAnswers
  readonly passwords: PasswordAnswers
  readonly oracle: AccountOracle
  /** Ids by username. */
  readonly registered: Map<string, string>
  /** Devices of which a thief has a copy. */
  readonly stolen: Device[]
}

const REPLICAS = ['A', 'B']

export function openAccounts(history: DomainHistory): Scene {
  const network = createNetwork(history)
  const access = createStoreAccess(history)
  const disk = { name: 'disk of accounts', isFull: false }
  const accounts = createAccountModel()
  const sessionModel = createSessionModel()
  const throttle = createThrottleModel()
  const oracle = createAccountOracle(history, accounts)
  const sessions = createSessionAnswers(history, sessionModel, oracle)

  const auth = REPLICAS.map((letter) =>
    createHost(history, `auth ${letter}`, (machine, host) => {
      const open = <Model extends object>(model: Model) => access.open(model, disk, host)
      const stores = {
        users: open(accounts.users),
        keys: open(accounts.keys),
        sessions: open(sessionModel.store),
        throttle: open(throttle),
      }
      return startAuthReplica(machine, stores, oracle)
    }),
  )
  const gates = REPLICAS.map((letter) =>
    createHost(history, `service ${letter}`, (machine, host) =>
      startGateReplica({ machine, host, network, auth, time: history.world.time }),
    ),
  )
  const scene: AccountsScene = {
    history,
    network,
    auth,
    gates,
    sessions,
    passwords: createPasswordAnswers(history),
    oracle,
    registered: new Map(),
    stolen: [],
  }
  const at = (work: (scene: AccountsScene, client: Client) => Promise<void>) => (client: Client) =>
    work(scene, client)
  return {
    network,
    hosts: [...auth, ...gates],
    disks: [disk],
    troubleMs: 60_000,
    firstPhaseMs: 24 * 3_600_000,
    client: createClients(history, network),
    always: { name: 'holder', work: at(holdAccount) },
    others: [
      { name: 'holder', work: at(holdAccount) },
      { name: 'thief', work: at(stealTokens) },
      { name: 'guesser', work: at(guessPasswords) },
      { name: 'admin', work: at(changeRoles) },
      { name: 'operator', work: at(operate) },
    ],
    check() {
      oracle.check()
      sessions.check()
    },
    isQuiet: () => network.underWay() === 0,
    checkEnd() {},
  }
}
