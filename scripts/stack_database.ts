/**
 * `npm run stack:database`: brings the members of the database to what the stack file and stack.env say, one after the
 * other and the primary last, so that a majority is always up. Before each and after the last it waits until every member is
 * PRIMARY or SECONDARY and caught up. Run again after a failure, it goes on with those that are left.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { numberOption, readArguments, refuse } from './arguments.ts'
import { ROOT } from './root.ts'
import { docker, dockerOr } from './stack/docker.ts'
import {
  DEFINITION,
  definitionOf,
  MEMBERS,
  type Member,
  nameOfSecret,
  render,
  withServices,
} from './stack/rendering.ts'
import { readSettings, SETTINGS_OPTION } from './stack/settings.ts'

/** A member that copies everything anew needs long. */
const WAIT_MINUTES = 30
const HEALTHY_BEFORE_MS = 30_000
const LOOK_AGAIN_MS = 1_000

const { values } = readArguments(
  {
    name: 'npm run stack:database',
    summary: 'Updates the members of the database in the Swarm, one after the other, the primary last.',
    options: {
      ...SETTINGS_OPTION,
      wait: { type: 'string', help: `Minutes that each member has to catch up (default: ${WAIT_MINUTES}).` },
    },
    notes: 'It does nothing if the replica set is not healthy before. It may be run again.',
  },
  process.argv.slice(2),
)
const waitMs = numberOption(values, 'wait', WAIT_MINUTES, 1, 10_000) * 60_000
const { stack, files, env } = readSettings(ROOT, values.settings)
const rendered = render(files, env)
const script = readFileSync(join(ROOT, 'deploy', 'mongo', 'mongo_members.js'), 'utf8')

const old = MEMBERS.filter((member) => definitionNow(member) !== definitionOf(rendered, member))
if (old.length === 0) {
  console.log('Every member is as the stack file says.')
  process.exit(0)
}
let primary = await healthy(HEALTHY_BEFORE_MS)
for (const member of old.toSorted((a, b) => Number(a === primary) - Number(b === primary))) {
  if (member === primary) {
    console.log(`${member} hands over to another primary`)
    primary = await healthy(waitMs, member)
  }
  console.log(`updating ${member}`)
  await update(member)
  primary = await healthy(waitMs)
}
console.log(`The members are up to date; the primary is ${primary}.`)

function definitionNow(member: Member): string {
  const format = `{{index .Spec.Labels "${DEFINITION}"}}`
  return dockerOr(`There is no member ${member}: npm run stack:deploy creates it.`, [
    ...['service', 'inspect', '--format', format, `${stack}_${member}`],
  ])
}

/** Resolves to the name of the primary once all are caught up; exits with the reason if they are not by then. */
async function healthy(deadlineMs: number, stepDown = ''): Promise<string> {
  const job = `${stack}_mongo_look_${process.pid}`
  const format = '{{.Spec.TaskTemplate.ContainerSpec.Image}}'
  const image = docker(['service', 'inspect', '--format', format, `${stack}_mongo1`]).output
  const started = docker([
    ...['service', 'create', '--quiet', '--detach', '--name', job, '--mode', 'replicated-job'],
    ...['--restart-condition', 'none', '--network', `${stack}_database`],
    ...['--secret', `source=${nameOfSecret(rendered, 'mongo_root_password')},target=mongo_root_password`],
    ...(env.MONGO_URL_OPTIONS
      ? ['--secret', `source=${nameOfSecret(rendered, 'mongo_tls_ca')},target=mongo_tls_ca`]
      : []),
    ...['--env', `MONGO_URL_OPTIONS=${env.MONGO_URL_OPTIONS ?? ''}`],
    ...['--env', `MONGO_WAIT_MS=${deadlineMs}`, '--env', `MONGO_STEP_DOWN=${stepDown}`],
    ...['--entrypoint', 'mongosh', image, '--nodb', '--quiet', '--eval', script],
  ])
  const words = started.ok ? await outputOf(job, 2 * deadlineMs + HEALTHY_BEFORE_MS) : started.error
  docker(['service', 'rm', job])
  return /^primary (\w+)$/m.exec(words)?.[1] ?? refuse('The members were not updated further.', words)
}

async function outputOf(job: string, deadlineMs: number): Promise<string> {
  for (const end = performance.now() + deadlineMs; ; await sleep(LOOK_AGAIN_MS)) {
    const state = docker([
      'service',
      'ps',
      '--no-trunc',
      '--format',
      '{{.CurrentState}} {{.Error}}',
      job,
    ]).output
    if (!/^(Complete|Failed|Rejected|Orphaned)/.test(state) && performance.now() < end) continue
    return docker(['service', 'logs', '--raw', job]).output || state
  }
}

/** Deploys this member alone; resolves when its new task runs. */
async function update(member: Member): Promise<void> {
  const service = `${stack}_${member}`
  const taskNow = () =>
    docker(['service', 'ps', '--quiet', '--no-trunc', '--filter', 'desired-state=running', service]).output
  const before = taskNow()
  const specNow = () =>
    docker(['service', 'inspect', '--format', '{{json .Spec.TaskTemplate}}', service]).output
  const specBefore = specNow()
  dockerOr(
    `${member} was not updated:`,
    ['stack', 'deploy', '--resolve-image', 'changed', '--with-registry-auth', '--compose-file', '-', stack],
    env,
    withServices(rendered, (name) => name === member),
  )
  if (specNow() === specBefore) return
  for (const end = performance.now() + waitMs; ; await sleep(LOOK_AGAIN_MS)) {
    const state = docker([
      'service',
      'inspect',
      '--format',
      '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}',
      service,
    ])
    if (/^(paused|rollback)/.test(state.output))
      refuse(`The update of ${member} failed: docker service ps ${service}`)
    if (state.output === 'completed' && taskNow() !== before) return
    if (performance.now() > end) refuse(`${member} did not start: docker service ps --no-trunc ${service}`)
  }
}
