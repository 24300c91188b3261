/** Checks of the machine: the configuration, the files with secrets, and the ports. */
import { chmodSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Plan, Planned } from '../plan.ts'
import type { ProcessEntry } from '../services.ts'
import { ADMIN_FILE, SECRETS_FILE } from '../start/first_run.ts'
import {
  configFaults,
  folderFault,
  portStatus,
  publicAddressOf,
  serviceNameAt,
  sharedFileFault,
  storeFault,
} from '../start/preflight.ts'
import type { Check, Finding } from './findings.ts'

const OTHERS_MASK = 0o077
const OWNER_ONLY = 0o600
/** On a busy machine a service that works may need seconds. */
const PROBE_MS = 10_000

export async function checkConfiguration(plan: Plan): Promise<Check> {
  const faults = [
    ...plan.faults,
    ...(await configFaults(plan.processes, false)),
    folderFault(plan.dataDir),
    storeFault(plan.dataDir, plan.databaseUrl),
    sharedFileFault(plan.databaseUrl),
  ].filter((fault) => fault !== undefined)
  return {
    name: 'Configuration',
    summary: plan.first.fresh
      ? `complete; ${plan.dataDir} is new, \`npm start\` creates the secrets in it`
      : `complete; the data folder is ${plan.dataDir}`,
    findings: [
      ...[...new Set(faults)].map((problem) => ({
        problem,
        remedy: 'Correct the environment variable, or the file that it names.',
      })),
      ...[SECRETS_FILE, ADMIN_FILE, 'auth.db'].flatMap((file) => checkFileMode(join(plan.dataDir, file))),
    ],
  }
}

function checkFileMode(file: string): Finding[] {
  if (process.platform === 'win32' || !existsSync(file)) return []
  const mode = statSync(file).mode & 0o777
  if ((mode & OTHERS_MASK) === 0) return []
  return [
    {
      problem: `${file} holds secrets and can be read by other users of this machine (mode ${mode.toString(8)}).`,
      remedy: `chmod 600 ${file}`,
      async fix() {
        chmodSync(file, OWNER_ONLY)
        return `Only its owner can read ${file} now.`
      },
    },
  ]
}

/** Which services run, by what answers on their ports. The services work without the storefront, too. */
export async function checkPorts(plan: Plan): Promise<Check & { running: readonly string[] }> {
  const services = plan.processes
  const states = await Promise.all(services.map((service) => stateOf(service, plan.host)))
  const running = services
    .filter((_, i) => ['ready', 'not ready'].includes(states[i]!.state))
    .map(({ entry }) => entry.name)
  const findings = services.flatMap(({ entry, port, operations }, i): Finding[] => {
    const { state, detail } = states[i]!
    if (state === 'stranger') {
      return [
        {
          problem: `Port ${port} is in use, but ${entry.name} does not answer there${detail}.`,
          remedy: `Stop the process that has the port (another program, or a service that hangs), or set ${entry.portVariable} to another port.`,
        },
      ]
    }
    if (state === 'not ready') {
      return [
        {
          problem: `${entry.name} runs on port ${port} but is not ready: ${detail}`,
          remedy: `Read its log; ${operations.origin}/readyz answers 200 when it is ready.`,
        },
      ]
    }
    if (state === 'free' && running.length > 0 && entry !== plan.storefront.entry) {
      return [
        {
          problem: `${entry.name} does not run on port ${port}, though ${running.join(' and ')} do.`,
          remedy: '`npm start` runs all services and restarts one that exits: stop it and start it again.',
        },
      ]
    }
    return []
  })
  const summary =
    running.length > 0 ? `all services are ready` : 'free; the shop is not running on this machine'
  return { name: 'Ports', summary, findings, running }
}

type State = { readonly state: 'free' | 'ready' | 'not ready' | 'stranger'; readonly detail: string }

async function stateOf(service: Planned<ProcessEntry>, host: string): Promise<State> {
  const { entry, origin, operations } = service
  const name = await serviceNameAt(origin)
  if (name === undefined) {
    return (await portStatus(publicAddressOf(service, host))) === 'free'
      ? { state: 'free', detail: '' }
      : { state: 'stranger', detail: '' }
  }
  if (name !== entry.name) return { state: 'stranger', detail: `: ${name} does` }
  try {
    const answer = await fetch(`${operations.origin}/readyz`, { signal: AbortSignal.timeout(PROBE_MS) })
    if (answer.ok) return { state: 'ready', detail: '' }
    return { state: 'not ready', detail: ((await answer.json()) as { detail: string }).detail }
  } catch (error) {
    return { state: 'not ready', detail: `${(error as Error).message}.` }
  }
}
