/**
 * `npm run stack:ops -- doctor --fix`: runs a command of the operator as a job of the Swarm, on the network of the database,
 * which nothing outside reaches. Prints what the command prints, and ends with its exit code.
 */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { refuse } from './arguments.ts'
import { ROOT } from './root.ts'
import { docker } from './stack/docker.ts'
import { nameOfSecret, render } from './stack/rendering.ts'
import { readSettings } from './stack/settings.ts'

const COMMANDS = ['accounts', 'backup', 'doctor', 'migrate', 'restore', 'rotate-keys', 'seed'] as const
/** They read and write whole databases, as the user shop_backup; all others are shop_doctor. */
const COPYING: readonly string[] = ['backup', 'migrate', 'restore']
const POLL_MS = 1_000

/** Its own arguments are those of the command, so it has no options. */
const [command, ...args] = process.argv.slice(2)
if (command === undefined || command === '--help' || command === '-h') {
  process.stdout.write(
    'npm run stack:ops -- <command> [options]\n\n' +
      `Runs a command of the operator beside the database of the stack: ${COMMANDS.join(', ')}.\n` +
      '`npm run stack:ops -- <command> --help` lists the options of the command.\n\n' +
      'Backups lie in the volume <STACK>_backups, at /backups, on one node (OPS_CONSTRAINT chooses it).\n' +
      'The variables of stack.env count: STACK, REGISTRY, TAG, CURRENCY, MEDIA_URL, SECRETS_FOLDER.\n',
  )
  process.exit(command === undefined ? 1 : 0)
}
if (!COMMANDS.some((name) => name === command))
  refuse(`There is no command "${command}". There are: ${COMMANDS.join(', ')}.`)

/** Secrets of deploy/swarm/media_s3.yml. */
const MEDIA_KEYS = ['media_access_key_id', 'media_secret_access_key']
/** Secrets of deploy/swarm/stripe.yml, for the command that compares payments. */
const STRIPE_KEYS = ['stripe_secret_key', 'stripe_webhook_secret']
const { stack, files, env } = readSettings(ROOT, undefined)
const rendered = render(files, env)
/** Name of a secret in the stack file, and in the job. */
const secrets = [[COPYING.includes(command) ? 'backup_url' : 'doctor_url', 'database_url']]
if (rendered.includes('\n  mongo_tls_ca:\n')) secrets.push(['mongo_tls_ca', 'mongo_tls_ca'])
const hasMedia = rendered.includes('\n  media_secret_access_key:\n')
if (hasMedia) secrets.push(...MEDIA_KEYS.map((name) => [name, name]))
const hasStripe = command === 'doctor' && rendered.includes('\n  stripe_secret_key:\n')
if (hasStripe) secrets.push(...STRIPE_KEYS.map((name) => [name, name]))
const keys = [...(hasMedia ? MEDIA_KEYS : []), ...(hasStripe ? STRIPE_KEYS : [])]
const image = `${env.REGISTRY ?? ''}ops:${env.TAG || 'latest'}`
const job = `${stack}_ops_${process.pid}`
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    docker(['service', 'rm', job])
    process.exit(1)
  })
}
const started = docker([
  ...['service', 'create', '--quiet', '--detach', '--name', job, '--mode', 'replicated-job'],
  ...[
    '--restart-condition',
    'none',
    '--with-registry-auth',
    '--label',
    `com.docker.stack.namespace=${stack}`,
  ],
  ...['--network', `${stack}_database`],
  // The way out to the payment provider.
  ...(hasStripe ? ['--network', `${stack}_front`, '--env', 'PAYMENT_PROVIDER=stripe'] : []),
  ...secrets.flatMap(([name, target]) => [
    '--secret',
    `source=${nameOfSecret(rendered, name!)},target=${target}`,
  ]),
  ...['--env', 'DATABASE_URL_FILE=/run/secrets/database_url'],
  ...keys.flatMap((name) => ['--env', `${name.toUpperCase()}_FILE=/run/secrets/${name}`]),
  ...['CURRENCY', 'CURRENCY_DIGITS', 'MEDIA_URL', 'MEDIA_REGION', 'PUBLIC_URL'].flatMap((name) =>
    env[name] ? ['--env', `${name}=${env[name]}`] : [],
  ),
  ...['--read-only', '--mount', 'type=tmpfs,target=/tmp', '--mount', 'type=tmpfs,target=/shop/data'],
  ...['--mount', `type=volume,source=${stack}_backups,target=/backups`],
  ...(env.OPS_CONSTRAINT ? ['--constraint', env.OPS_CONSTRAINT] : []),
  ...[image, command, ...args],
])
if (!started.ok) refuse(`${image} was not started: ${started.error}`)
try {
  process.exitCode = await ended()
} finally {
  docker(['service', 'rm', job])
}

/** Follows the job; resolves to the exit code of its task. */
async function ended(): Promise<number> {
  const logs = spawn('docker', ['service', 'logs', '--raw', '--follow', job], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  try {
    for (;;) {
      const format = '{{.CurrentState}}\t{{.Error}}'
      const { output } = docker(['service', 'ps', '--no-trunc', '--format', format, job])
      const [state = '', error = ''] = output.split('\n')[0]!.split('\t')
      if (/^Complete/.test(state)) return 0
      if (/^(Failed|Rejected|Orphaned|Shutdown|Remove)/.test(state)) {
        const code = /non-zero exit \((\d+)\)/.exec(error)?.[1]
        if (code !== undefined) return Number(code)
        return refuse(`${image} did not run: ${error || state}`)
      }
      await sleep(POLL_MS)
    }
  } finally {
    // The last lines may come a moment after the end.
    await sleep(POLL_MS)
    logs.kill()
  }
}
