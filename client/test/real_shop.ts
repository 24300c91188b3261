/** The three services as processes with a new data folder. */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMPILE_CACHE } from '@shop/service_kit/test_support/compile_cache'
import { BUNDLES, type Bundled } from '../../scripts/build/bundles.ts'

export const ADMIN = { username: 'keeper', password: 'an admin password of length' }

export type RealShop = {
  readonly urls: { readonly authUrl: string; readonly productUrl: string; readonly orderUrl: string }
  readonly env: Readonly<Record<string, string>>
  /** Kills product_service. */
  stopProducts(): Promise<void>
  /** Starts it again on the same port. */
  startProducts(): Promise<void>
  close(): Promise<void>
}

export async function startRealShop(): Promise<RealShop> {
  await BUNDLES.buildIfOld()
  const folder = mkdtempSync(join(tmpdir(), 'shop-client-'))
  const children = new Map<string, ChildProcess>()
  const common = {
    HOST: '127.0.0.1',
    DATA_DIR: folder,
    LOG_LEVEL: 'fatal',
    SERVICE_SECRET: 'a secret for the tests of the client',
    ADMIN_USERNAME: ADMIN.username,
    ADMIN_PASSWORD: ADMIN.password,
  }

  const start = async (name: Bundled, env: Record<string, string> = {}): Promise<string> => {
    const child = fork(BUNDLES.pathOf(name), {
      env: { ...COMPILE_CACHE, PATH: process.env.PATH, ...common, PORT: '0', OPS_PORT: '0', ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    children.set(name, child)
    const port = await new Promise<number>((resolve, reject) => {
      child.on('message', ({ listening }: { listening: number }) => resolve(listening))
      child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)))
    })
    return `http://127.0.0.1:${port}`
  }

  const stop = (name: string) =>
    new Promise<void>((resolve) => {
      children.get(name)!.once('exit', () => resolve())
      children.get(name)!.kill('SIGKILL')
    })

  const authUrl = await start('auth_service')
  const productUrl = await start('product_service', { AUTH_URL: authUrl })
  const orderUrl = await start('order_service', { AUTH_URL: authUrl, PRODUCT_URL: productUrl })
  return {
    urls: { authUrl, productUrl, orderUrl },
    env: { AUTH_URL: authUrl, PRODUCT_URL: productUrl, ORDER_URL: orderUrl },
    stopProducts: () => stop('product_service'),
    async startProducts() {
      await start('product_service', { AUTH_URL: authUrl, PORT: new URL(productUrl).port })
    },
    async close() {
      await Promise.all([...children.keys()].map(stop))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
