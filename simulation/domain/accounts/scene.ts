/** Histories of accounts: who has them, and who wants those of others. */
import { type Client, createClients } from '../client.ts'
import type { DomainHistory } from '../mix.ts'
import { promisedMs } from '../promise.ts'
import type { Scene } from '../scene.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import { holdAccount, NIGHT_MS, STEPS_MAX } from './holder.ts'
import { changeRoles, guessPasswords, operate, stealTokens } from './others.ts'

export function openAccounts(history: DomainHistory): Scene {
  const { accounts, disks } = createAccounts(history)
  const { network, auth, gates, oracle, sessions } = accounts
  const at = (work: (accounts: Accounts, client: Client) => Promise<void>) => (client: Client) =>
    work(accounts, client)
  return {
    network,
    hosts: [...auth, ...gates],
    disks,
    troubleMs: 60_000,
    // A night before each step, and one for the steps: whatever clients do, they have done it then.
    firstPhaseMs: (STEPS_MAX + 1) * NIGHT_MS,
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
    checkWaiting() {},
    promisedMs,
    passesMs: 0,
    isWaiting: () => false,
    checkEnd() {},
  }
}
