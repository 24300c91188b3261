/** The accounts of one history: two replicas of the auth service, two services that accept its tokens, and their oracles. */
import { createHost, type Host } from '../hosts.ts'
import type { DomainHistory } from '../mix.ts'
import { createNetwork, type Network } from '../network.ts'
import { createStoreAccess } from '../store_access.ts'
import { createAccountModel } from './account_model.ts'
import { type AccountOracle, createAccountOracle } from './account_oracle.ts'
import { type AuthReplica, startAuthReplica, type Token } from './auth_replica.ts'
import { type GateReplica, startGateReplica } from './gate_replica.ts'
import { createPasswordAnswers, type PasswordAnswers } from './password_answers.ts'
import { createSessionAnswers, type SessionAnswers } from './session_answers.ts'
import { createSessionModel } from './session_model.ts'
import { createThrottleModel } from './throttle_model.ts'
import { createThrottleOracle } from './throttle_oracle.ts'

export type Device = {
  readonly address: string
  /** All refresh tokens, the newest last. */
  readonly refreshTokens: string[]
  token: Token | undefined
}

export type Accounts = {
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

export function createAccounts(history: DomainHistory) {
  const network = createNetwork(history)
  const access = createStoreAccess(history)
  const disk = { name: 'disk of accounts', isFull: false }
  const sessionModel = createSessionModel()
  const model = createAccountModel(sessionModel)
  const throttle = createThrottleModel()
  const oracle = createAccountOracle(history, model, createThrottleOracle(history, throttle))
  const sessions = createSessionAnswers(history, sessionModel, oracle)

  const auth = REPLICAS.map((letter) =>
    createHost(history, `auth ${letter}`, (machine, host) => {
      const open = <Model extends object>(model: Model) => access.open(model, disk, host)
      const stores = {
        users: open(model.users),
        keys: open(model.keys),
        sessions: open(sessionModel.store),
        throttle: open(throttle.store),
      }
      return startAuthReplica(machine, stores, oracle)
    }),
  )
  const gates = REPLICAS.map((letter) =>
    createHost(history, `service ${letter}`, (machine, host) =>
      startGateReplica({ machine, host, network, auth, time: history.world.time }),
    ),
  )
  const accounts: Accounts = {
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
  return { accounts, disks: [disk] }
}
