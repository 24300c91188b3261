/**
 * What one replica of each service uses of a core and of memory, idle and under load: the measure of the requests and targets in
 * deploy/kubernetes. `node bench/replica_use.ts`
 */
import { createSuiteEnd, createWorld } from '../tests/system/world.ts'

const IDLE_SECONDS = 15
const LOAD_SECONDS = 20
const BUYERS = 16

type Use = { readonly cpuSeconds: number; readonly bytes: number; readonly requests: number }

const end = createSuiteEnd()
try {
  const world = await createWorld(end, { REGISTRATIONS_PER_ADDRESS: '1000000' })
  const buyers = await world.buyers(BUYERS)
  const product = await world.addProduct({ stock: 1_000_000 })
  const services = [world.auth, world.products, world.orders]

  const use = async (operationsUrl: string): Promise<Use> => {
    const text = await (await fetch(`${operationsUrl}/metrics`)).text()
    const sum = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
        (total, [, value]) => total + Number(value),
        0,
      )
    return {
      cpuSeconds: sum('process_cpu_seconds_total'),
      bytes: sum('process_resident_memory_bytes'),
      requests: sum('http_request_duration_seconds_count'),
    }
  }

  const during = async (what: string, work: () => Promise<void>) => {
    const begun = performance.now()
    const before = await Promise.all(services.map(({ operationsUrl }) => use(operationsUrl)))
    await work()
    const after = await Promise.all(services.map(({ operationsUrl }) => use(operationsUrl)))
    const seconds = (performance.now() - begun) / 1000
    for (const [i, { service }] of services.entries()) {
      const [from, to] = [before[i]!, after[i]!]
      const cpu = to.cpuSeconds - from.cpuSeconds
      const requests = to.requests - from.requests
      const perRequest = requests > 0 ? `, ${((1e3 * cpu) / requests).toFixed(2)} ms of it each` : ''
      console.log(
        `${what.padEnd(8)} ${service.padEnd(16)} ${Math.round((1e3 * cpu) / seconds)}m of a core, ` +
          `${Math.round(to.bytes / 1024 / 1024)} MiB, ${Math.round(requests / seconds)} requests/s${perRequest}`,
      )
    }
  }

  const repeatedly = (work: (i: number) => Promise<unknown>) => async () => {
    const until = performance.now() + LOAD_SECONDS * 1000
    const caller = async (i: number) => {
      while (performance.now() < until) await work(i)
    }
    await Promise.all(Array.from({ length: BUYERS }, (_, i) => caller(i)))
  }

  await during('idle', () => new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000)))
  await during(
    'orders',
    repeatedly((i) => world.place(buyers[i]!, { lines: [{ product, quantity: 1 }] })),
  )
  await during(
    'reads',
    repeatedly(() => fetch(`${world.products.url}/products?limit=20`).then((answer) => answer.text())),
  )
  await during(
    'logins',
    repeatedly(() => world.buyers(1)),
  )
} finally {
  await end.end()
}
