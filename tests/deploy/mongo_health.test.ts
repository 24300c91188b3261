/** The health check of a member of the database: bash asks, and what does not answer is not healthy. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { BSON } from 'mongodb'
import { parse } from 'yaml'
import { render } from '../../scripts/stack/rendering.ts'
import { freePort } from '../system/processes.ts'
import { until } from '../system/until.ts'
import { needs, ROOT, written } from './rendering.ts'

const START_MS = 60_000
const SILENT_MS = 500

const binary = () => {
  try {
    return createRequire(import.meta.url).resolve('@jongodb/memory-server-bin-linux-x64-gnu/bin/jongodb')
  } catch {
    return undefined
  }
}

/** `state`: it also asks what the member is. */
type Check = { readonly where: string; readonly script: string; readonly state?: boolean }

const ENV = { PATH: process.env.PATH, HOSTNAME: '127.0.0.1' }
const argsOf = (script: string, port: number) => ['-c', script.replace('27017', String(port))]

/** The script of the stack as its container runs it. */
function stackCheck(): Check[] {
  if (needs('docker', 'stack', '--help')) return []
  const { services } = parse(render([`${ROOT}/docker-compose.yml`], { SECRETS_FOLDER: '/nowhere' }))
  const { test: check, retries, start_period } = services.mongo1.healthcheck
  assert.deepEqual(check.slice(0, 3), ['CMD', 'bash', '-c'])
  assert.ok(retries >= 8)
  assert.equal(start_period, '10m0s')
  return [{ where: 'Swarm', script: check.at(-1).replaceAll('$$', '$') }]
}

const kubernetesChecks = (): Check[] =>
  written()
    .filter(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'mongo')
    .flatMap(({ spec }) => {
      const { startupProbe, readinessProbe, livenessProbe } = spec.template.spec.containers[0]
      assert.equal(livenessProbe, undefined)
      return [startupProbe, readinessProbe].map(({ exec: { command }, timeoutSeconds }, at) => {
        assert.deepEqual(command.slice(0, 2), ['bash', '-c'])
        assert.ok(timeoutSeconds >= 30)
        // The kubelet expands these itself.
        assert.doesNotMatch(command[2], /\$\$|\$\(/)
        return { where: 'Kubernetes', script: command[2], state: at === 1 }
      })
    })

suite('the health check of a member', () => {
  const checks = [...stackCheck(), ...kubernetesChecks()].filter(
    ({ script }, at, all) => all.findIndex((each) => each.script === script) === at,
  )
  const isHealthy = (script: string, port: number, timeout = START_MS) =>
    spawnSync('bash', argsOf(script, port), { env: ENV, stdio: 'ignore', timeout }).status === 0

  test('starts no shell of MongoDB, and asks at the address of the other members', () => {
    assert.ok(checks.some(({ where }) => where === 'Kubernetes'))
    for (const { script } of checks) {
      assert.doesNotMatch(script, /mongosh/)
      // The server that the image starts to create its first user is on loopback only.
      assert.match(script, /\/dev\/tcp\/\$HOSTNAME\/27017/)
    }
  })

  for (const { where, script } of checks) {
    test(`on ${where}: a server answers; one that is suspended, or gone, does not`, {
      skip: binary() === undefined,
    }, async (t) => {
      const port = await freePort()
      assert.equal(isHealthy(script, port), false)
      const args = ['--host=127.0.0.1', `--port=${port}`, '--topology-profile=singleNodeReplicaSet']
      const server = spawn(binary()!, [...args, '--replica-set-name=rs0'], { stdio: 'ignore' })
      t.after(() => server.kill('SIGKILL'))
      await until('the server answers', START_MS, () => isHealthy(script, port))
      server.kill('SIGSTOP')
      assert.equal(isHealthy(script, port, SILENT_MS), false)
      server.kill('SIGCONT')
      assert.equal(isHealthy(script, port), true)
    })
  }

  test('on Kubernetes a member is ready only if it is the primary or a secondary', async (t) => {
    const [readiness, other] = kubernetesChecks().filter(({ state }) => state)
    assert.deepEqual(other, readiness)
    const answers = [
      { isWritablePrimary: true, secondary: false },
      { isWritablePrimary: false, secondary: true },
      { isWritablePrimary: false, secondary: false, info: 'secondary' },
    ]
    const codes = answers.map(async (hello) => {
      const args = argsOf(readiness!.script, await answering(t, hello))
      const [code] = await once(spawn('bash', args, { env: ENV, stdio: 'ignore' }), 'exit')
      return code
    })
    assert.deepEqual(await Promise.all(codes), [0, 0, 1])
  })
})

/** The port of a server that answers every message with this document, as OP_MSG. */
async function answering(t: TestContext, document: object): Promise<number> {
  const body = BSON.serialize(document)
  const head = Buffer.alloc(21)
  for (const [at, value] of [head.length + body.length, 2, 1, 2013, 0].entries())
    head.writeInt32LE(value, 4 * at)
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.write(Buffer.concat([head, body])))
    t.after(() => socket.destroy())
  })
  t.after(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}
