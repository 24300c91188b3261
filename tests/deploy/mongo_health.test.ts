/** The health check of a member of the database: bash asks, and what does not answer is not healthy. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { suite, test } from 'node:test'
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

type Check = { readonly where: string; readonly script: string }

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
      return [startupProbe, readinessProbe].map(({ exec: { command }, timeoutSeconds }) => {
        assert.deepEqual(command.slice(0, 2), ['bash', '-c'])
        assert.ok(timeoutSeconds >= 30)
        // The kubelet expands these itself.
        assert.doesNotMatch(command[2], /\$\$|\$\(/)
        return { where: 'Kubernetes', script: command[2] }
      })
    })

suite('the health check of a member', () => {
  const checks = [...stackCheck(), ...kubernetesChecks()].filter(
    ({ script }, at, all) => all.findIndex((each) => each.script === script) === at,
  )
  const isHealthy = (script: string, port: number, timeout = START_MS) =>
    spawnSync('bash', ['-c', script.replace('27017', String(port))], {
      env: { PATH: process.env.PATH, HOSTNAME: '127.0.0.1' },
      stdio: 'ignore',
      timeout,
    }).status === 0

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
})
