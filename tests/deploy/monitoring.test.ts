/** Alert rules and dashboard use metrics that the running services have, and promtool accepts the rules. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { parse } from 'yaml'
import { expectStatus } from '../system/calls.ts'
import { createServiceProcess, freePort } from '../system/processes.ts'
import { createWorld } from '../system/world.ts'
import { type Manifest, needs, portOf, ROOT, written } from './rendering.ts'

const FOLDER = join(ROOT, 'deploy', 'monitoring')
const TEST_MS = 120_000
const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8')

const rules: Manifest[] = parse(read('alerts.yml')).groups.flatMap((group: Manifest) => group.rules)
const panels: Manifest[] = JSON.parse(read('dashboard.json')).panels
const asked = [
  ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr]),
  ...panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }: Manifest) => [`panel "${title}"`, expr.replaceAll('$__rate_interval', '5m')]),
  ),
] as [string, string][]

/** Metrics of other exporters, with the labels that alerts use. */
const OF_OTHERS: Readonly<Record<string, readonly string[]>> = {
  mongodb_rs_members_optimeDate: ['member_state', 'member_idx', 'rs_nm'],
  mongodb_rs_members_health: ['member_state', 'member_idx', 'rs_nm'],
  node_filesystem_avail_bytes: ['fstype', 'mountpoint'],
  node_filesystem_size_bytes: ['fstype', 'mountpoint'],
  kube_horizontalpodautoscaler_status_current_replicas: ['namespace', 'horizontalpodautoscaler'],
  kube_horizontalpodautoscaler_spec_max_replicas: ['namespace', 'horizontalpodautoscaler'],
}

/** The metric names in an expression, with labels, with a range, or alone; without functions and labels. */
function metricsIn(expr: string): string[] {
  const bare = expr
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\{[^}]*\}/g, '{}')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '')
  return [...bare.matchAll(/\b([a-z_][a-zA-Z0-9_]*)\b(?!\s*\()/g)]
    .map(([, name]) => name!)
    .filter((name) => name.includes('_') || name === 'up')
}

suite('alerts and dashboard', { timeout: TEST_MS }, () => {
  /** Sample names with their label sets. */
  const known = new Map<string, Set<string>>(
    Object.entries(OF_OTHERS).map(([name, labels]) => [name, new Set(labels)]),
  )
  /** What each service answers before its first customer. */
  const fresh: { readonly job: string; readonly text: string }[] = []
  before(async () => {
    const ends: (() => Promise<void>)[] = []
    // Nothing listens there: the metrics of what is to be published are there all the same.
    const away = { NOTIFICATION_URL: `http://127.0.0.1:${await freePort()}` }
    const world = await createWorld({ after: (work) => ends.push(work) }, away)
    try {
      const storefront = createServiceProcess('storefront', await freePort(), {
        AUTH_URL: world.auth.url,
        PRODUCT_URL: world.products.url,
        ORDER_URL: world.orders.url,
      })
      ends.unshift(() => storefront.kill())
      await storefront.start()
      const notifications = await world.addProcess('notification_service')
      const payments = await world.addProcess('payment_service', {
        ...{ PAYMENT_PROVIDER: 'simulator', PUBLIC_URL: storefront.url },
        ...{
          STRIPE_API_URL: away.NOTIFICATION_URL,
          STRIPE_SECRET_KEY: 'sk_test_of_a_test',
          STRIPE_WEBHOOK_SECRET: 'whsec_of_a_test',
        },
      })
      const services = [world.auth, world.products, world.orders, notifications, payments, storefront]
      for (const { service, operationsUrl } of services) {
        fresh.push({ job: service, text: await (await fetch(`${operationsUrl}/metrics`)).text() })
      }
      const [buyer] = await world.buyers(1)
      const product = await world.addProduct({ stock: 1 })
      expectStatus(await world.place(buyer!, { lines: [{ product, quantity: 1 }] }), 201)
      for (const { operationsUrl } of services) {
        const text = await (await fetch(`${operationsUrl}/metrics`)).text()
        // A counter with labels has no sample before its first event, but it has a TYPE line.
        for (const [, name, kind] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
          const samples = kind === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
          for (const suffix of samples) known.set(name + suffix, known.get(name + suffix) ?? new Set())
        }
        for (const [, name, labels = ''] of text.matchAll(/^([a-z_0-9]+)(?:\{(.*)\})? /gm)) {
          const names = known.get(name!) ?? new Set()
          for (const [, label] of labels.matchAll(/([a-z_]+)="/g)) names.add(label!)
          known.set(name!, names)
        }
      }
    } finally {
      for (const end of ends) await end()
    }
  })

  for (const [where, expr] of asked) {
    test(`${where} uses metrics and labels that exist`, () => {
      const metrics = metricsIn(expr)
      assert.ok(metrics.length > 0, expr)
      for (const metric of metrics.filter((name) => name !== 'up')) {
        assert.ok(known.has(metric), `${metric} in ${expr}`)
        for (const [, labels] of expr.matchAll(new RegExp(`${metric}\\{([^}]*)\\}`, 'g'))) {
          for (const [, label] of labels!.matchAll(/([a-z_]+)(?:=|!)/g)) {
            // Prometheus adds these from the address of the process.
            if (label === 'job' || label === 'instance') continue
            assert.ok(
              known.get(metric)!.size === 0 || known.get(metric)!.has(label!),
              `${metric} has no label ${label}`,
            )
          }
        }
      }
    })
  }

  test('every alert has a severity and a summary, and is explained in docs/operations.md', () => {
    const manual = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8')
    for (const { alert, labels, annotations } of rules) {
      assert.ok(['critical', 'warning'].includes(labels.severity), alert)
      assert.ok(annotations.summary, alert)
      assert.ok(manual.includes(`\`${alert}\``), `docs/operations.md does not explain ${alert}`)
    }
  })

  test('the jobs of Prometheus have the names that the alerts use, on Swarm and on Kubernetes', () => {
    const names = [
      ...rules.flatMap(({ expr }) => [...expr.matchAll(/job="(\w+)"/g)].map(([, name]) => name!)),
    ]
    assert.ok(names.length > 0)
    const scraped: Manifest[] = parse(read('prometheus.yml')).scrape_configs
    for (const { job_name, dns_sd_configs } of scraped) {
      assert.equal(dns_sd_configs[0].port, portOf(job_name) + 200, job_name)
    }
    const jobs = scraped.map((job) => job.job_name)
    assert.deepEqual(jobs.sort(), [...new Set(names)].sort())
    const pods = written().filter(({ kind, spec }) => kind === 'Deployment' && spec.template)
    const relabelled = pods.map(({ spec }) =>
      spec.template.metadata.labels['app.kubernetes.io/name'].replace(/^(\w+)-(\w+)$/, '$1_$2'),
    )
    assert.deepEqual(relabelled.sort(), jobs)
    for (const { spec } of pods) {
      const { annotations } = spec.template.metadata
      const [{ ports }] = spec.template.spec.containers
      assert.equal(annotations['prometheus.io/scrape'], 'true')
      const { containerPort } = ports.find(({ name }: Manifest) => name === 'operations')
      assert.equal(annotations['prometheus.io/port'], String(containerPort))
    }
  })

  const skip = needs('promtool', '--version')
  test('promtool accepts the rules and the configurations, and the rules fire when they should', {
    skip,
  }, () => {
    for (const args of [
      ['check', 'rules', 'alerts.yml'],
      ['check', 'config', 'prometheus.yml'],
      ['test', 'rules', 'alerts_test.yml', 'alerts_test_days.yml'],
    ]) {
      execFileSync('promtool', args, { cwd: FOLDER, stdio: 'pipe' })
    }
  })

  test('promtool has nothing to say about the metrics of any service', { skip }, () => {
    for (const { job, text } of fresh) {
      const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input: text })
      assert.deepEqual([job, `${stdout}${stderr}`, status], [job, '', 0])
    }
    const misnamed = '# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n'
    assert.notEqual(spawnSync('promtool', ['check', 'metrics'], { input: misnamed }).status, 0)
  })

  test('before the first order every panel of the dashboard shows a number', { skip }, () => {
    const series = fresh.flatMap(({ job, text }) => [
      { series: `up{job="${job}",instance="a"}`, values: '1x40' },
      ...[...text.matchAll(/^([a-z0-9_]+)\{(.*)\} ([\d.e+-]+)$/gm)].map(([, name, labels, value]) => ({
        series: `${name}{${labels},job="${job}",instance="a"}`,
        values: `${Number(value)}x40`,
      })),
    ])
    const shown = panels.flatMap(({ targets = [] }) => targets.map(({ expr }: Manifest) => expr))
    // NaN is not shown either, and no number is below -Inf.
    const checks = shown.map((expr) => ({
      expr: `count((${expr.replaceAll('$__rate_interval', '5m')}) >= -Inf) > bool 0`,
      eval_time: '8m',
      exp_samples: [{ labels: '{}', value: 1 }],
    }))
    const folder = mkdtempSync(join(tmpdir(), 'shop_panels_'))
    try {
      const tests = [{ interval: '15s', input_series: series, promql_expr_test: checks }]
      writeFileSync(join(folder, 'test.yml'), JSON.stringify({ tests }))
      const { stdout, stderr, status } = spawnSync('promtool', ['test', 'rules', 'test.yml'], { cwd: folder })
      assert.equal(status, 0, `${stdout}${stderr}`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('the stack keeps the data of Prometheus for a time and up to a size, and publishes no port', {
    skip: needs('docker', '--version'),
  }, () => {
    const config = (...files: string[]) =>
      parse(
        execFileSync('docker', ['stack', 'config', ...files.flatMap((file) => ['-c', join(FOLDER, file)])], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      ).services as Record<string, Manifest>
    const services = config('stack.yml')
    for (const [name, { ports, volumes, command }] of Object.entries(services)) {
      assert.equal(ports, undefined, name)
      assert.ok(
        command.some((arg: string) => arg.endsWith(`.path=${volumes[0].target}`)),
        name,
      )
    }
    assert.ok(services.prometheus!.command.includes('--storage.tsdb.retention.time=30d'))
    assert.ok(services.prometheus!.command.includes('--storage.tsdb.retention.size=10GB'))
    for (const { ports } of Object.values(config('stack.yml', 'stack_ports.yml'))) {
      assert.deepEqual(
        ports.map(({ mode }: Manifest) => mode),
        ['host'],
      )
    }
  })

  test('promtool accepts the configuration for Kubernetes', { skip }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'shop_prometheus_'))
    try {
      // Debian's promtool does not know Kubernetes; the rest of the file is unchanged.
      const known = read('prometheus_kubernetes.yml').replace(
        /kubernetes_sd_configs: .*/,
        'static_configs: [{ targets: [] }]',
      )
      writeFileSync(join(folder, 'prometheus.yml'), known)
      writeFileSync(join(folder, 'alerts.yml'), read('alerts.yml'))
      execFileSync('promtool', ['check', 'config', 'prometheus.yml'], { cwd: folder, stdio: 'pipe' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('promtool accepts the expressions of the dashboard', { skip }, () => {
    const groups = [
      { name: 'dashboard', rules: asked.map(([, expr], i) => ({ record: `panel:${i}`, expr })) },
    ]
    const folder = mkdtempSync(join(tmpdir(), 'shop_dashboard_'))
    try {
      writeFileSync(join(folder, 'rules.json'), JSON.stringify({ groups }))
      execFileSync('promtool', ['check', 'rules', 'rules.json'], { cwd: folder, stdio: 'pipe' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
