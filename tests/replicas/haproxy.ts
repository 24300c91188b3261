/**
 * haproxy before several replicas, as the balancer of a cluster. It probes /readyz, and skips replicas that are not
 * ready. It sends a request to another replica only if that is safe: it was never sent, or it may be repeated (a read,
 * a request with an Idempotency-Key, a call to /internal).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { call } from '../system/calls.ts'
import { until } from '../system/until.ts'

const START_MS = 10_000

export type Frontend = {
  readonly name: string
  readonly port: number
  readonly replicas: readonly { readonly port: number }[]
}

export type Balancer = { stop(): Promise<void> }

export const isHaproxyThere = () => spawnSync('haproxy', ['-v'], { stdio: 'ignore' }).status === 0

export async function startHaproxy(folder: string, frontends: readonly Frontend[]): Promise<Balancer> {
  const file = join(folder, 'haproxy.cfg')
  writeFileSync(file, configurationOf(frontends))
  const log = join(folder, 'haproxy.log')
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  child.stderr.pipe(createWriteStream(log))
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message))
    child.once('exit', (code) => resolve(`it ended with ${code}`))
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const open = until('haproxy answers', START_MS, async () => {
    const answers = await Promise.all(
      frontends.map(({ port }) => call('GET', `http://127.0.0.1:${port}/healthz`).catch(() => undefined)),
    )
    return answers.every((answer) => answer?.status === 200)
  })
  const failed = ended.then((why) => {
    throw new Error(`haproxy does not run (${why})\n${readFileSync(log, 'utf8')}`)
  })
  await Promise.race([open, failed])
  failed.catch(() => {})
  return { stop: () => stop(child, ended) }
}

async function stop(child: ChildProcess, ended: Promise<string>) {
  child.kill('SIGTERM')
  await ended
}

/** Without `timeout check` a replica that answers a probe after 250 ms, on a busy machine, counts as gone. */
const configurationOf = (frontends: readonly Frontend[]) => `
global
  maxconn 2000
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  timeout http-request 10s
  timeout check 2s
  option httpchk GET /readyz
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response
  default-server check inter 250ms fall 1 rise 1
${frontends.map(section).join('')}`

const section = ({ name, port, replicas }: Frontend) => `
listen ${name}
  bind 127.0.0.1:${port}
  acl repeatable method GET HEAD
  acl repeatable hdr(idempotency-key) -m found
  acl repeatable path_beg /internal/
  http-request disable-l7-retry unless repeatable
${replicas.map((replica, i) => `  server ${name}_${i} 127.0.0.1:${replica.port}`).join('\n')}
`
