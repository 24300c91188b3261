/** The health check of a member of the database: bash asks, and what does not answer is not healthy. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { render } from '../../scripts/stack/rendering.ts'
import { freePort } from '../system/processes.ts'
import { until } from '../system/until.ts'
import { needs, ROOT } from './rendering.ts'

const START_MS = 60_000
const SILENT_MS = 500

const binary = () => {
  try {
    return createRequire(import.meta.url).resolve('@jongodb/memory-server-bin-linux-x64-gnu/bin/jongodb')
  } catch {
    return undefined
  }
}

suite('the health check of a member', { skip: needs('docker', 'stack', '--help') }, () => {
  const rendered = parse(render([`${ROOT}/docker-compose.yml`], { SECRETS_FOLDER: '/nowhere' }))
  const { test: check, retries, start_period } = rendered.services.mongo1.healthcheck
  const isHealthy = (port: number, timeout = START_MS) =>
    spawnSync('bash', ['-c', check.at(-1).replaceAll('$$', '$').replace('27017', String(port))], {
      env: { PATH: process.env.PATH, HOSTNAME: '127.0.0.1' },
      stdio: 'ignore',
      timeout,
    }).status === 0

  test('is patient, and starts no shell of MongoDB', () => {
    assert.deepEqual(check.slice(0, 3), ['CMD', 'bash', '-c'])
    assert.doesNotMatch(check.join(' '), /mongosh/)
    assert.ok(retries >= 8)
    assert.equal(start_period, '10m0s')
  })

  test('a server answers; one that is suspended, or gone, does not', {
    skip: binary() === undefined,
  }, async (t) => {
    const port = await freePort()
    assert.equal(isHealthy(port), false)
    const args = ['--host=127.0.0.1', `--port=${port}`, '--topology-profile=singleNodeReplicaSet']
    const server = spawn(binary()!, [...args, '--replica-set-name=rs0'], { stdio: 'ignore' })
    t.after(() => server.kill('SIGKILL'))
    await until('the server answers', START_MS, () => isHealthy(port))
    server.kill('SIGSTOP')
    assert.equal(isHealthy(port, SILENT_MS), false)
    server.kill('SIGCONT')
    assert.equal(isHealthy(port), true)
  })
})
