/**
 * An alert arrives: the real Prometheus evaluates the rules over metrics of the test, and the real Alertmanager calls a
 * webhook. Both use the files of deploy/monitoring, with shorter times and the addresses of the test.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { suite, type TestContext, test } from 'node:test'
import { serve } from '@shop/service_kit/test_support/http_server'
import { parse, stringify } from 'yaml'
import { freePort } from '../system/processes.ts'
import { until } from '../system/until.ts'
import { type Manifest, needs, ROOT } from './rendering.ts'

const FOLDER = join(ROOT, 'deploy', 'monitoring')
const TEST_MS = 180_000
const ARRIVED_MS = 120_000

type Notification = {
  readonly status: string
  readonly alerts: readonly {
    readonly labels: Record<string, string>
    readonly annotations: Record<string, string>
  }[]
}

const skip = needs('prometheus', '--version') || needs('prometheus-alertmanager', '--version')

suite('an alert', { skip, timeout: TEST_MS }, () => {
  test('arrives at the receiver of Alertmanager, and its end too', async (t) => {
    const received: Notification[] = []
    const receiver = await serve(t, async (request, response) => {
      received.push(JSON.parse(await text(request)))
      response.end()
    })
    let mismatches = 2
    const shop = await serve(t, (_request, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4')
      response.end(`# TYPE stock_ledger_mismatches gauge\nstock_ledger_mismatches ${mismatches}\n`)
    })
    const folder = mkdtempSync(join(tmpdir(), 'shop_alerting_'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const [promPort, managerPort] = [await freePort(), await freePort()]

    const manager: Manifest = parse(readFileSync(join(FOLDER, 'alertmanager.yml'), 'utf8'))
    Object.assign(manager.route, { group_wait: '0s', group_interval: '1s' })
    // Debian's Alertmanager is older than `url_file`.
    const [webhook] = manager.receivers[0].webhook_configs
    assert.equal(webhook.url_file, '/run/secrets/alert_webhook')
    delete webhook.url_file
    webhook.url = receiver
    writeFileSync(join(folder, 'alertmanager.yml'), stringify(manager))

    const prometheus: Manifest = parse(readFileSync(join(FOLDER, 'prometheus.yml'), 'utf8'))
    Object.assign(prometheus.global, { scrape_interval: '1s', evaluation_interval: '1s' })
    const [{ static_configs: managers }] = prometheus.alerting.alertmanagers
    managers[0].targets = [`127.0.0.1:${managerPort}`]
    const targets = [new URL(shop).host]
    prometheus.scrape_configs = prometheus.scrape_configs.map(({ job_name }: Manifest) => ({
      job_name,
      static_configs: [{ targets }],
    }))
    writeFileSync(join(folder, 'prometheus.yml'), stringify(prometheus))
    copyFileSync(join(FOLDER, 'alerts.yml'), join(folder, 'alerts.yml'))

    run(t, folder, 'prometheus-alertmanager', [
      '--config.file=alertmanager.yml',
      '--storage.path=alertmanager',
      `--web.listen-address=127.0.0.1:${managerPort}`,
      '--cluster.listen-address=',
    ])
    run(t, folder, 'prometheus', [
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=prometheus',
      `--web.listen-address=127.0.0.1:${promPort}`,
    ])

    const named = (status: string) =>
      received
        .filter((each) => each.status === status)
        .flatMap(({ alerts }) => alerts)
        .find(({ labels }) => labels.alertname === 'StockLedgerMismatch')
    const firing = await until('the receiver gets the alert', ARRIVED_MS, () => named('firing'))
    assert.equal(firing.labels.severity, 'critical')
    assert.equal(
      firing.annotations.summary,
      'Stock or reserved units of 2 products differ from their ledger.',
    )
    mismatches = 0
    await until('the receiver is notified that it has ended', ARRIVED_MS, () => named('resolved'))
  })
})

/** Ends with the test. */
function run(t: TestContext, cwd: string, command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { cwd, stdio: 'ignore' })
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  return child
}
