/** The manifests are valid for the API server, and have the properties that docs/operations.md describes. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { suite, test } from 'node:test'
import { readConfig as readNotificationConfig } from '@shop/notification_service/config'
import { readConfig as readOrderConfig } from '@shop/order_service/config'
import { readConfig as readPaymentConfig } from '@shop/payment_service/config'
import { readConfig as readProductConfig } from '@shop/product_service/config'
import { CLOSE_DEADLINE_MS } from '@shop/service_kit/runtime/lifecycle'
import { type Manifest, needs, OVERLAYS, ROOT, rendered, renderedAt, written } from './rendering.ts'

const SERVICES = [
  'auth-service',
  'product-service',
  'order-service',
  'notification-service',
  'payment-service',
  'storefront',
]
const skip = needs('kubectl', 'version', '--client')

type Model = new (manifest: Manifest) => { validate(): void }

suite('the manifest files', () => {
  const manifests = written()

  test('have only values that the schemas of Kubernetes allow', () => assertValid(manifests))

  test('have only known fields', () => {
    assert.equal(typeFaults('written', manifests), '')
    const mistyped = structuredClone(manifests.find(({ kind }) => kind === 'Deployment')!)
    mistyped.spec.template.spec.containers[0].redinessProbe = {}
    assert.match(typeFaults('mistyped', [mistyped]), /redinessProbe.* does not exist/)
  })
})

for (const overlay of OVERLAYS) {
  suite(`the overlay ${overlay}`, { skip }, () => {
    const manifests = skip ? [] : rendered(overlay)
    const of = (kind: string) => manifests.filter((manifest) => manifest.kind === kind)
    const named = (kind: string, name: string) => {
      const found = of(kind).find(({ metadata }) => metadata.name === name)
      assert.ok(found, `${kind} ${name}`)
      return found
    }
    const deployments = SERVICES.map((name) => named('Deployment', name))
    const commands = of('CronJob').map(({ metadata, spec }) => ({ metadata, spec: spec.jobTemplate.spec }))
    const workloads = [...of('Deployment'), ...of('StatefulSet'), ...of('Job'), ...commands]

    test('is valid and has only known fields', async () => {
      await assertValid(manifests)
      assert.equal(typeFaults(overlay, manifests), '')
    })

    test('runs no container as root, with capabilities, or on a writable root file system', () => {
      for (const { metadata, spec } of workloads) {
        const pod = spec.template.spec
        assert.equal(pod.securityContext.runAsNonRoot, true, metadata.name)
        assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault', metadata.name)
        assert.equal(pod.automountServiceAccountToken, false, metadata.name)
        for (const { securityContext, resources } of pod.containers) {
          assert.equal(securityContext.allowPrivilegeEscalation, false, metadata.name)
          assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] }, metadata.name)
          assert.ok(resources.requests.cpu && resources.limits.memory, metadata.name)
        }
      }
      for (const { metadata, spec } of [...deployments, ...commands]) {
        assert.equal(
          spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem,
          true,
          metadata.name,
        )
      }
    })

    test('has no secrets in the environment or in the repository', () => {
      assert.deepEqual(of('Secret'), [])
      for (const { metadata, spec } of workloads) {
        for (const { env = [] } of spec.template.spec.containers) {
          for (const { name, valueFrom } of env) {
            assert.equal(valueFrom?.secretKeyRef, undefined, `${metadata.name} ${name}`)
            if (/SECRET|PASSWORD|DATABASE_URL/.test(name)) assert.match(name, /_FILE$/, metadata.name)
          }
        }
      }
    })

    test('starts, serves and stops every service without dropping a request', () => {
      for (const { metadata, spec } of deployments) {
        const { terminationGracePeriodSeconds, containers, topologySpreadConstraints } = spec.template.spec
        const [{ startupProbe, readinessProbe, livenessProbe, lifecycle }] = containers
        assert.deepEqual(
          [startupProbe, readinessProbe, livenessProbe].map((probe) => probe.httpGet.path),
          ['/healthz', '/readyz', '/healthz'],
          metadata.name,
        )
        // Clients that hold all connections cause no restart; a pod whose public port accepts none gets no requests.
        assert.deepEqual(
          [startupProbe, readinessProbe, livenessProbe].map((probe) => probe.httpGet.port),
          ['operations', 'http', 'operations'],
          metadata.name,
        )
        const drainMs = Number(named('ConfigMap', 'shop').data.DRAIN_DELAY_MS ?? 0)
        const leavingSeconds = lifecycle.preStop.sleep.seconds + (drainMs + CLOSE_DEADLINE_MS) / 1000
        assert.ok(leavingSeconds < terminationGracePeriodSeconds, metadata.name)
        const noticedSeconds = readinessProbe.periodSeconds
        assert.ok(lifecycle.preStop.sleep.seconds >= noticedSeconds, metadata.name)
        assert.deepEqual(spec.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 }, metadata.name)
        assert.ok(topologySpreadConstraints.length > 0, metadata.name)
      }
    })

    test("runs the operator's commands beside the database, with users of their own", () => {
      const urlOf = ({ spec }: Manifest) =>
        spec.template.spec.containers[0].env.find(({ name }: Manifest) => name === 'DATABASE_URL_FILE').value
      assert.deepEqual(commands.map((command) => [command.metadata.name, urlOf(command)]).sort(), [
        ['backup', '/run/secrets/shop/backup-url'],
        ['doctor', '/run/secrets/shop/doctor-url'],
      ])
      const { podSelector } = named('NetworkPolicy', 'to-database').spec
      assert.ok(podSelector.matchExpressions[0].values.includes('ops'))
      for (const { spec } of commands) {
        assert.equal(spec.template.metadata.labels['app.kubernetes.io/name'], 'ops')
      }
      for (const [name, suspended] of [
        ['doctor', true],
        ['backup', undefined],
      ] as const) {
        const { spec } = named('CronJob', name)
        assert.deepEqual([spec.suspend, spec.concurrencyPolicy], [suspended, 'Forbid'])
        // One that hangs does not stop the backup of the next night.
        const deadline = spec.jobTemplate.spec.activeDeadlineSeconds
        if (name === 'backup') assert.ok(deadline > 3_600 && deadline < 86_400)
      }
    })

    test('keeps replicas of every service running while nodes are drained', () => {
      for (const name of SERVICES) {
        assert.equal(named('PodDisruptionBudget', name).spec.maxUnavailable, 1)
        const { minReplicas, maxReplicas, scaleTargetRef } = named('HorizontalPodAutoscaler', name).spec
        assert.ok(minReplicas >= (overlay === 'dev' ? 1 : 2) && maxReplicas >= minReplicas, name)
        assert.equal(scaleTargetRef.name, name)
        // A number here would overwrite the autoscaler's at every deployment.
        assert.equal(named('Deployment', name).spec.replicas, undefined, name)
      }
    })

    test('adds replicas before those that run use a whole core, and not while they are nearly idle', () => {
      const millis = (cpu: string) => Number(/^(\d+)m$/.exec(cpu)![1])
      for (const name of SERVICES) {
        const [{ resource }] = named('HorizontalPodAutoscaler', name).spec.metrics
        assert.deepEqual([resource.name, resource.target.type], ['cpu', 'AverageValue'], name)
        const target = millis(resource.target.averageValue)
        const { requests } = named('Deployment', name).spec.template.spec.containers[0].resources
        assert.ok(target >= 500 && target <= 700 && millis(requests.cpu) < target, name)
        assert.equal(requests.memory, '256Mi', name)
      }
    })

    test('allows only the connections that are needed', () => {
      assert.deepEqual(named('NetworkPolicy', 'default-deny').spec, {
        podSelector: {},
        policyTypes: ['Ingress', 'Egress'],
      })
      assert.deepEqual(into(5101), [['product-service', [pods('order-service')]]])
      const gateway = named('Deployment', 'storefront').spec.template.spec.containers[0].env
      assert.deepEqual(
        gateway.find(({ name }: Manifest) => name === 'PRODUCT_URL').value,
        'http://product-service:5001',
      )
      for (const { spec } of of('Ingress')) {
        for (const { http } of spec.rules) {
          for (const { backend } of http.paths) assert.equal(backend.service.name, 'storefront')
        }
      }
      for (const { metadata, spec } of of('Service')) {
        assert.ok(spec.type === undefined || spec.type === 'ClusterIP', metadata.name)
      }
    })

    /** The peers that may connect to a port, by policy. A rule that names no ports allows all ports. */
    const into = (wanted: number) =>
      of('NetworkPolicy').flatMap(({ metadata, spec }) =>
        (spec.ingress ?? [])
          .filter(({ ports }: Manifest) => !ports || ports.some(({ port }: Manifest) => port === wanted))
          .map(({ from }: Manifest) => [metadata.name, from]),
      )
    const pods = (name: string) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } })

    test('allows only monitoring and the storefront to reach the operations ports of services', () => {
      assert.equal(named('ConfigMap', 'shop').data.OPS_HOST, '0.0.0.0')
      const monitoring = [
        'monitoring',
        [{ namespaceSelector: { matchLabels: { 'shop.monitoring': 'true' } } }],
      ]
      for (const { metadata, spec } of deployments) {
        const [{ ports, env }] = spec.template.spec.containers
        const of = (name: string) => ports.find((port: Manifest) => port.name === name).containerPort
        assert.equal(of('operations'), of('http') + 200, metadata.name)
        assert.ok(
          env.every(({ name }: Manifest) => name !== 'OPS_PORT'),
          metadata.name,
        )
        const own = metadata.name === 'storefront' ? [] : [[metadata.name, [pods('storefront')]]]
        assert.deepEqual(into(of('operations')).sort(), [...own, monitoring].sort(), metadata.name)
      }
      const [{ ports }] = named('NetworkPolicy', 'monitoring').spec.ingress
      assert.deepEqual(
        ports.map(({ port }: Manifest) => port),
        [5200, 5201, 5202, 5203, 5204, 8280],
      )
    })

    test('lets the storefront probe every replica, also those that are not ready', () => {
      const gateway = named('Deployment', 'storefront').spec.template.spec.containers[0].env
      const [{ ports: reached }] = named('NetworkPolicy', 'storefront').spec.egress
      for (const [i, name] of SERVICES.slice(0, 5).entries()) {
        const variable = `${['AUTH', 'PRODUCT', 'ORDER', 'NOTIFICATION', 'PAYMENT'][i]}_OPS_URL`
        const url = new URL(gateway.find((one: Manifest) => one.name === variable).value)
        const { spec } = named('Service', url.hostname)
        assert.deepEqual(
          [spec.clusterIP, spec.publishNotReadyAddresses, spec.selector],
          ['None', true, { 'app.kubernetes.io/name': name }],
        )
        assert.deepEqual(spec.ports, [
          { name: 'operations', port: Number(url.port), targetPort: 'operations' },
        ])
        assert.ok(
          reached.some(({ port }: Manifest) => port === Number(url.port)),
          variable,
        )
      }
    })

    test('refers only to objects that exist', () => {
      const ports = new Map(
        of('Deployment').map(({ metadata, spec }) => [metadata.name, spec.template.spec.containers[0].ports]),
      )
      for (const { metadata, spec } of of('Service').filter(({ metadata }) => metadata.name !== 'mongo')) {
        const target = spec.selector['app.kubernetes.io/name']
        for (const { port, targetPort } of spec.ports) {
          const found = ports.get(target).find(({ name }: Manifest) => name === targetPort)
          assert.equal(found?.containerPort, port, `${metadata.name} ${targetPort}`)
        }
      }
      for (const name of SERVICES) named('Service', name)
      for (const { metadata, spec } of workloads) {
        const { volumes = [], containers } = spec.template.spec
        const known = [
          ...volumes.map((volume: Manifest) => volume.name),
          ...(spec.volumeClaimTemplates ?? []).map((claim: Manifest) => claim.metadata.name),
        ]
        for (const { volumeMounts = [], envFrom = [] } of containers) {
          for (const { name } of volumeMounts) assert.ok(known.includes(name), `${metadata.name} ${name}`)
          for (const { configMapRef } of envFrom) named('ConfigMap', configMapRef.name)
        }
        for (const { configMap, persistentVolumeClaim: claim } of volumes) {
          if (configMap) named('ConfigMap', configMap.name)
          if (claim) named('PersistentVolumeClaim', claim.claimName)
        }
      }
    })
  })
}

test('every image of MongoDB is the patch version that the stack has', () => {
  const stack = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')
  const [image] = /mongo:\d+\.\d+\.\d+/.exec(stack)!
  const images = [...JSON.stringify(written()).matchAll(/"image":"(mongo\b[^"]*)"/g)].map(([, name]) => name)
  assert.ok(images.length >= 4)
  assert.deepEqual([...new Set(images)], [image])
})

suite('production', { skip }, () => {
  test('has three members of MongoDB, one of which may be down', () => {
    const manifests = rendered('production')
    const mongo = manifests.find(({ kind }) => kind === 'StatefulSet')!
    assert.equal(mongo.spec.replicas, 3)
    // rs.initiate() refuses members with data, except the one on which it runs; a root user is data.
    const [{ args, env = [] }] = mongo.spec.template.spec.containers
    assert.match(
      args[0],
      /if \[ "\$HOSTNAME" = mongo-0 \]; then\n[\s\S]*MONGO_INITDB_ROOT_USERNAME=root\n[\s\S]*fi\n/,
    )
    assert.ok(env.every(({ name }: Manifest) => !name.startsWith('MONGO_INITDB')))
    const budget = manifests.find(
      ({ kind, metadata }) => kind === 'PodDisruptionBudget' && metadata.name === 'mongo',
    )!
    assert.equal(budget.spec.maxUnavailable, 1)
  })

  test('with an external database runs none of its own', () => {
    assert.deepEqual(
      rendered('external-database').filter(({ kind }) => ['StatefulSet', 'Job'].includes(kind)),
      [],
    )
  })
})

suite('the example of an overlay of your own', { skip }, () => {
  const manifests = skip ? [] : rendered('example')
  const one = (kind: string) => manifests.find((each) => each.kind === kind && each.metadata.name === 'shop')!

  test('is valid, and sets the class of the Ingress, the images, and one host for PUBLIC_URL, Ingress and certificate', async () => {
    await assertValid(manifests)
    assert.equal(typeFaults('example', manifests), '')
    const { ingressClassName, rules, tls } = one('Ingress').spec
    assert.equal(ingressClassName, 'nginx')
    const { host, protocol } = new URL(one('ConfigMap').data.PUBLIC_URL)
    assert.equal(protocol, 'https:')
    assert.deepEqual(
      rules.map((rule: Manifest) => rule.host),
      [host],
    )
    assert.deepEqual(tls, [{ secretName: 'shop-tls', hosts: [host] }])
    const pods = manifests.flatMap(({ kind, spec }) =>
      kind === 'Deployment' ? [spec] : kind === 'CronJob' ? [spec.jobTemplate.spec] : [],
    )
    // Those of the operator's commands too.
    assert.ok(pods.length > SERVICES.length)
    for (const { template } of pods) {
      assert.match(template.spec.containers[0].image, /^registry\.example\.com\/\w+:1\.0\.0$/)
    }
  })
})

test('with the archive, its volume is mounted by the services that archive, and only by those', {
  skip,
}, async (t) => {
  // Outside the tree, which other tests read meanwhile. kubectl takes relative paths alone, from the real folder.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'shop_with_archive_')))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const kubernetes = relative(folder, realpathSync(join(ROOT, 'deploy/kubernetes')))
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    `resources: [${kubernetes}/overlays/production]\ncomponents: [${kubernetes}/archive]\n`,
  )
  const manifests = renderedAt(folder)
  await assertValid(manifests)
  assert.equal(typeFaults('with_archive', manifests), '')
  const { data } = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'shop')!
  const claims = manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim')
  const mounting = manifests.filter(({ kind, spec }) => {
    if (kind !== 'Deployment') return false
    const { containers, volumes } = spec.template.spec
    const mounted = containers[0].volumeMounts.find((mount: Manifest) => mount.mountPath === data.ARCHIVE_DIR)
    const volume = volumes.find(({ name }: Manifest) => name === mounted?.name)
    return claims.some(({ metadata }) => metadata.name === volume?.persistentVolumeClaim.claimName)
  })
  assert.deepEqual(
    mounting.map(({ metadata }) => metadata.name),
    ['order-service', 'product-service'],
  )
  const ours = { SERVICE_SECRET: 's'.repeat(32), ...data }
  assert.equal(readOrderConfig(ours).RETAIN_ENDED_ORDERS_DAYS, 365)
  assert.equal(readOrderConfig(ours).RETAIN_WITHDRAWALS_DAYS, 1_095)
  assert.equal(readProductConfig(ours).RETAIN_MOVEMENTS_DAYS, 730)
})

test('with an S3-compatible store, product_service and the commands of the operator have its address and keys', {
  skip,
}, async (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'shop_with_media_')))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const kubernetes = relative(folder, realpathSync(join(ROOT, 'deploy/kubernetes')))
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    `resources: [${kubernetes}/overlays/production]\ncomponents: [${kubernetes}/media_s3, ${kubernetes}/archive]\n`,
  )
  const manifests = renderedAt(folder)
  await assertValid(manifests)
  assert.equal(typeFaults('with_media', manifests), '')
  const holders = manifests.flatMap(({ kind, metadata, spec }) => {
    const pod = kind === 'CronJob' ? spec.jobTemplate.spec.template.spec : spec?.template?.spec
    const env = (pod?.containers?.[0]?.env ?? []) as Manifest[]
    const paths = env.filter(({ name }) => /^MEDIA_.*KEY.*_FILE$/.test(name)).map(({ value }) => value)
    const items = (pod?.volumes ?? []).flatMap(({ secret }: Manifest) => secret?.items ?? [])
    const isMounted = (path: string) => items.some((item: Manifest) => path.endsWith(`/${item.path}`))
    return paths.length === 2 && paths.every(isMounted) ? [metadata.name] : []
  })
  assert.deepEqual(holders.sort(), ['backup', 'doctor', 'product-service'])
  const { data } = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'shop')!
  const keys = { MEDIA_ACCESS_KEY_ID: 'a', MEDIA_SECRET_ACCESS_KEY: 'b' }
  const read = readProductConfig({ SERVICE_SECRET: 's'.repeat(32), ...keys, ...data })
  assert.deepEqual([read.MEDIA_URL, read.MEDIA_UNUSED_DAYS], ['s3://my-shop/pictures', 7])
})

test('with Stripe, payment_service and the commands of the operator have its keys and reach it', {
  skip,
}, async (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'shop_with_stripe_')))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const kubernetes = relative(folder, realpathSync(join(ROOT, 'deploy/kubernetes')))
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    `resources: [${kubernetes}/overlays/example]\ncomponents: [${kubernetes}/stripe, ${kubernetes}/archive]\n`,
  )
  const manifests = renderedAt(folder)
  await assertValid(manifests)
  assert.equal(typeFaults('with_stripe', manifests), '')
  const holders = manifests.flatMap(({ kind, metadata, spec }) => {
    const pod = kind === 'CronJob' ? spec.jobTemplate.spec.template.spec : spec?.template?.spec
    const env = (pod?.containers?.[0]?.env ?? []) as Manifest[]
    const paths = env.filter(({ name }) => /^STRIPE_.*_FILE$/.test(name)).map(({ value }) => value)
    const items = (pod?.volumes ?? []).flatMap(({ secret }: Manifest) => secret?.items ?? [])
    const isMounted = (path: string) => items.some((item: Manifest) => path.endsWith(`/${item.path}`))
    return paths.length > 0 && paths.every(isMounted) ? [`${metadata.name} ${paths.length}`] : []
  })
  assert.deepEqual(holders.sort(), ['backup 2', 'doctor 2', 'payment-service 2'])
  const [policy] = manifests.filter(({ metadata }) => metadata.name === 'payment-provider')
  assert.deepEqual(policy!.spec.podSelector.matchExpressions[0].values, ['payment-service', 'ops'])
  const { data } = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'shop')!
  const keys = { STRIPE_SECRET_KEY: 'sk_live_key', STRIPE_WEBHOOK_SECRET: 'whsec_key' }
  const read = readPaymentConfig({ SERVICE_SECRET: 's'.repeat(32), ...keys, ...data })
  assert.deepEqual([read.PAYMENT_PROVIDER, read.ORDER_URL], ['stripe', 'http://order-service:5002'])
})

test('with a server of mails, notification_service alone has its address, and alone reaches it', {
  skip,
}, async (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'shop_with_smtp_')))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const kubernetes = relative(folder, realpathSync(join(ROOT, 'deploy/kubernetes')))
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    `resources: [${kubernetes}/overlays/example]\ncomponents: [${kubernetes}/smtp, ${kubernetes}/archive]\n`,
  )
  const manifests = renderedAt(folder)
  await assertValid(manifests)
  assert.equal(typeFaults('with_smtp', manifests), '')
  const holders = manifests.flatMap(({ metadata, spec }) => {
    const pod = spec?.template?.spec
    const env = (pod?.containers?.[0]?.env ?? []) as Manifest[]
    const path = env.find(({ name }) => name === 'SMTP_URL_FILE')?.value
    const items = (pod?.volumes ?? []).flatMap(({ secret }: Manifest) => secret?.items ?? [])
    return path && items.some((item: Manifest) => path.endsWith(`/${item.path}`)) ? [metadata.name] : []
  })
  assert.deepEqual(holders, ['notification-service'])
  const [policy] = manifests.filter(({ metadata }) => metadata.name === 'mail-server')
  assert.deepEqual(policy!.spec.podSelector.matchLabels, { 'app.kubernetes.io/name': 'notification-service' })
  const { data } = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'shop')!
  const given = { SERVICE_SECRET: 's'.repeat(32), SMTP_URL: 'smtps://smtp.example.com', ...data }
  assert.throws(() => readNotificationConfig(given), /MAIL_FROM is missing/)
  assert.equal(readNotificationConfig({ ...given, MAIL_FROM: 'a@b.example' }).SHOP_NAME, 'Shop')
})

suite('monitoring', { skip }, () => {
  const manifests = skip ? [] : renderedAt('deploy/kubernetes/monitoring')
  const of = (kind: string) => manifests.filter((manifest) => manifest.kind === kind)

  test('is valid, runs nothing as root, and stores its data in volumes', async () => {
    await assertValid(manifests)
    assert.equal(typeFaults('monitoring', manifests), '')
    for (const { metadata, spec } of of('StatefulSet')) {
      const pod = spec.template.spec
      assert.equal(pod.securityContext.runAsNonRoot, true, metadata.name)
      assert.equal(pod.containers[0].securityContext.readOnlyRootFilesystem, true, metadata.name)
      const [{ name }] = spec.volumeClaimTemplates.map((claim: Manifest) => claim.metadata)
      const path = pod.containers[0].volumeMounts.find((mount: Manifest) => mount.name === name).mountPath
      assert.ok(
        pod.containers[0].args.some((arg: string) => arg.endsWith(`.path=${path}`)),
        metadata.name,
      )
    }
  })

  test('may read the pods of the shop, and nothing else', () => {
    assert.deepEqual(
      of('Role').map(({ metadata, rules }) => [metadata.namespace, rules]),
      [['shop', [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }]]],
    )
    assert.deepEqual(of('ClusterRole'), [])
    const [binding] = of('RoleBinding')
    const [account] = of('ServiceAccount')
    assert.deepEqual(binding!.subjects, [
      { kind: 'ServiceAccount', name: account!.metadata.name, namespace: account!.metadata.namespace },
    ])
    assert.equal(binding!.roleRef.name, of('Role')[0]!.metadata.name)
    const withToken = of('StatefulSet')
      .filter(({ spec }) => spec.template.spec.automountServiceAccountToken !== false)
      .map(({ spec }) => spec.template.spec.serviceAccountName)
    assert.deepEqual(withToken, [account!.metadata.name])
  })

  test('is reached from its own namespace only, and reaches the operations ports of the shop', () => {
    const [policy] = of('NetworkPolicy')
    assert.deepEqual(policy!.spec.ingress, [{ from: [{ podSelector: {} }] }])
    for (const { spec } of of('Service')) assert.ok(spec.type === undefined || spec.type === 'ClusterIP')
    assert.deepEqual(of('Ingress'), [])
    const [allowed] = rendered('production')
      .filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'monitoring')
      .map(({ spec }) => spec.ingress[0].from[0].namespaceSelector.matchLabels)
    const [namespace] = of('Namespace')
    for (const [name, value] of Object.entries(allowed)) {
      assert.equal(namespace!.metadata.labels[name], value)
    }
  })
})

async function assertValid(manifests: readonly Manifest[]): Promise<void> {
  for (const manifest of manifests) {
    const models = (await import(`kubernetes-models/${manifest.apiVersion}`)) as Record<string, Model>
    const Model = models[manifest.kind]
    assert.ok(Model, `${manifest.apiVersion} ${manifest.kind}`)
    assert.doesNotThrow(() => new Model(manifest).validate(), `${manifest.kind} ${manifest.metadata.name}`)
  }
}

/** The schemas allow unknown fields; the types that come with them do not, for literals. */
function typeFaults(name: string, manifests: readonly Manifest[]): string {
  const folder = join(ROOT, 'node_modules', '.cache', `deploy_${name}_${process.pid}`)
  const file = join(folder, 'manifests.ts')
  mkdirSync(folder, { recursive: true })
  try {
    const text = manifests.map(
      ({ apiVersion, kind, ...rest }, i) =>
        `import type { I${kind} as T${i} } from 'kubernetes-models/${apiVersion}'\n` +
        `export const m${i}: T${i} = ${JSON.stringify({ apiVersion, kind, ...rest })}\n`,
    )
    writeFileSync(file, text.join(''))
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--ignoreConfig', file]
    return spawnSync(join(ROOT, 'node_modules', '.bin', 'tsc'), options, { encoding: 'utf8' }).stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}
