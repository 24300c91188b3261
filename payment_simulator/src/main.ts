/** The process. It refuses to run in production, because its money is not real. */
import { join } from 'node:path'
import { makeFolder } from '@shop/service_kit/runtime/folders'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createSimulator } from './simulator.ts'

const { env } = process
const DEFAULTS = { host: '127.0.0.1', port: 5005, dataDir: './data' }
const PRIVATE = 0o700

if (env.NODE_ENV === 'production') {
  process.stderr.write('The payment simulator is not for production: its money is not real.\n')
  process.exit(1)
}
const { STRIPE_SECRET_KEY: secretKey, SIMULATOR_WEBHOOK_URL: url, STRIPE_WEBHOOK_SECRET: secret } = env
if (!secretKey || (url && !secret)) {
  process.stderr.write('Set STRIPE_SECRET_KEY, and STRIPE_WEBHOOK_SECRET with SIMULATOR_WEBHOOK_URL.\n')
  process.exit(1)
}
const folder = env.DATA_DIR || DEFAULTS.dataDir
makeFolder(folder, PRIVATE)
const simulator = createSimulator({
  runtime: systemRuntime,
  secretKey,
  webhook: url && secret ? { url, secret } : undefined,
  file: join(folder, 'payment_simulator.db'),
  publicUrl: env.PUBLIC_URL || undefined,
})
const address = await simulator.app.listen({
  host: env.HOST || DEFAULTS.host,
  port: Number(env.PORT || DEFAULTS.port),
})
process.stdout.write(`payment simulator (play money) at ${address}\n`)
process.send?.({ listening: Number(new URL(address).port) }, undefined, undefined, () => {})
const stop = () => void simulator.close().then(() => process.exit(0))
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
process.once('disconnect', stop)
