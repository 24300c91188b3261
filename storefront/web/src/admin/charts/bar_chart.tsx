/** Stacked bars, one for each bucket of time. */
import { AxisBottom, AxisLeft } from '@visx/axis'
import { GridRows } from '@visx/grid'
import { scaleBand, scaleLinear } from '@visx/scale'
import { BarStack } from '@visx/shape'
import { useState } from 'react'
import { AXIS_TEXT, Chart, type Series } from './chart.tsx'

export type Bucket = {
  readonly name: string
  /** A shorter name, for the axis. */
  readonly tick: string
  readonly values: Readonly<Record<string, number>>
}

const MARGIN = { top: 8, right: 0, bottom: 28 }
const TICK_WIDTH = 64

type Props = {
  summary: string
  buckets: readonly Bucket[]
  series: readonly Series[]
  nameOf: string
  format: (value: number) => string
  /** Rounded and short, for the axis. */
  formatTick: (value: number) => string
  height?: number
  whole?: boolean
}

export function BarChart({
  summary,
  buckets,
  series,
  nameOf,
  format,
  formatTick,
  height = 220,
  whole = false,
}: Props) {
  const [over, setOver] = useState<number>()
  const totalOf = ({ values }: Bucket) => series.reduce((sum, { key }) => sum + (values[key] ?? 0), 0)
  const partsOf = ({ values }: Bucket) =>
    series
      .filter(({ key }) => series.length > 1 && values[key])
      .map(({ key, label }) => `${label} ${format(values[key]!)}`)
  const highest = Math.max(whole ? 4 : 1, ...buckets.map(totalOf))
  const hovered = over === undefined ? undefined : buckets[over]
  return (
    <Chart
      summary={summary}
      height={height}
      series={series}
      readout={hovered && `${hovered.name}: ${[format(totalOf(hovered)), ...partsOf(hovered)].join(' · ')}`}
      table={{
        head: [nameOf, ...series.map(({ label }) => label)],
        rows: buckets.map(({ name, values }) => [name, ...series.map(({ key }) => format(values[key] ?? 0))]),
      }}
    >
      {(width) => {
        const y = scaleLinear({ domain: [0, highest], range: [height - MARGIN.bottom, MARGIN.top], nice: 4 })
        const ticks = y.ticks(4).filter((tick) => !whole || Number.isInteger(tick))
        const left = 12 + 7 * Math.max(...ticks.map((tick) => formatTick(tick).length))
        const x = scaleBand({ domain: buckets.map((_, i) => i), range: [left, width], padding: 0.28 })
        const every = Math.ceil((buckets.length * TICK_WIDTH) / Math.max(TICK_WIDTH, width - left))
        return (
          <g onPointerLeave={() => setOver(undefined)}>
            <GridRows scale={y} tickValues={ticks} left={left} width={width - left} stroke="var(--line)" />
            <BarStack
              data={buckets.map((bucket, i) => ({ ...bucket.values, i }) as Record<string, number>)}
              keys={series.map(({ key }) => key)}
              x={({ i }) => i!}
              value={(datum, key) => datum[key] ?? 0}
              xScale={x}
              yScale={y}
              color={() => ''}
            >
              {(stacks) =>
                stacks.flatMap((stack) =>
                  stack.bars
                    .filter((bar) => bar.height > 0)
                    .map((bar) => (
                      <rect
                        key={`${stack.key}-${bar.index}`}
                        x={bar.x}
                        y={bar.y}
                        width={bar.width}
                        height={Math.max(1.5, bar.height - 1)}
                        rx={Math.min(2.5, bar.width / 4)}
                        opacity={over === undefined || over === bar.index ? 1 : 0.55}
                        className={series.find(({ key }) => key === stack.key)?.fill}
                      />
                    )),
                )
              }
            </BarStack>
            {buckets.map(({ name }, i) => (
              <rect
                key={`${name}-${i.toString()}`}
                x={(x(i) ?? 0) - (x.step() - x.bandwidth()) / 2}
                width={x.step()}
                height={height - MARGIN.bottom}
                fill="transparent"
                onPointerEnter={() => setOver(i)}
              />
            ))}
            <AxisLeft
              scale={y}
              left={left}
              tickValues={ticks}
              tickFormat={(tick) => formatTick(Number(tick))}
              hideAxisLine
              hideTicks
              tickLabelProps={{ ...AXIS_TEXT, textAnchor: 'end', dx: '-0.25em', dy: '0.33em' }}
            />
            <AxisBottom
              scale={x}
              top={height - MARGIN.bottom}
              tickValues={buckets.map((_, i) => i).filter((i) => (buckets.length - 1 - i) % every === 0)}
              tickFormat={(i) => buckets[i]?.tick ?? ''}
              hideTicks
              stroke="var(--edge)"
              tickLabelProps={{ ...AXIS_TEXT, textAnchor: 'middle' }}
            />
          </g>
        )
      }}
    </Chart>
  )
}
