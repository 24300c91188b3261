/** A number over time that stays constant between changes: a stepped line with a filled area. */
import { AxisBottom, AxisLeft } from '@visx/axis'
import { curveStepAfter } from '@visx/curve'
import { GridRows } from '@visx/grid'
import { scaleLinear, scaleTime } from '@visx/scale'
import { AreaClosed, LinePath } from '@visx/shape'
import { type PointerEvent, useState } from 'react'
import { dateFormat, formatMoment, formatNumber } from '../../language/formats.ts'
import { AXIS_TEXT, Chart, type ChartTable } from './chart.tsx'

export type Point = { readonly at: Date; readonly value: number }

const HEIGHT = 240
const MARGIN = { top: 10, right: 6, bottom: 28 }
const TICK_WIDTH = 170
const DAY_MS = 86_400_000

type Props = { summary: string; points: readonly Point[]; until: Date; table: ChartTable }

export function StepChart({ summary, points, until, table }: Props) {
  const [over, setOver] = useState<Point>()
  const last = points.at(-1)
  const steps = last ? [...points, { at: until, value: last.value }] : []
  const from = steps[0]?.at ?? until
  const highest = Math.max(4, ...points.map(({ value }) => value))
  return (
    <Chart
      summary={summary}
      height={HEIGHT}
      table={table}
      readout={over && `${formatMoment(over.at)}: ${formatNumber(over.value)}`}
    >
      {(width) => {
        const y = scaleLinear({ domain: [0, highest], range: [HEIGHT - MARGIN.bottom, MARGIN.top], nice: 4 })
        const ticks = y.ticks(4).filter(Number.isInteger)
        const left = 12 + 7 * Math.max(...ticks.map((tick) => formatNumber(tick).length))
        const x = scaleTime({ domain: [from, until], range: [left, width - MARGIN.right] })
        const format =
          until.getTime() - from.getTime() > 2 * DAY_MS
            ? dateFormat({ month: 'short', day: 'numeric' })
            : dateFormat({ timeStyle: 'short' })
        const show = (event: PointerEvent<SVGRectElement>) => {
          const at = x.invert(event.nativeEvent.offsetX)
          setOver(steps.findLast((step) => step.at <= at))
        }
        const shape = {
          data: steps,
          x: ({ at }: Point) => x(at),
          y: ({ value }: Point) => y(value),
          curve: curveStepAfter,
        }
        return (
          <g>
            <GridRows scale={y} tickValues={ticks} left={left} width={width - left} stroke="var(--line)" />
            <AreaClosed {...shape} yScale={y} className="fill-accent-soft" opacity={0.7} />
            <LinePath
              {...shape}
              fill="none"
              strokeWidth={2}
              className="stroke-accent"
              strokeLinejoin="round"
            />
            {over && (
              <circle
                cx={x(over.at)}
                cy={y(over.value)}
                r={4.5}
                className="fill-accent stroke-surface"
                strokeWidth={2}
              />
            )}
            <rect
              x={left}
              width={Math.max(0, width - left)}
              height={HEIGHT - MARGIN.bottom}
              fill="transparent"
              onPointerMove={show}
              onPointerLeave={() => setOver(undefined)}
            />
            <AxisLeft
              scale={y}
              left={left}
              tickValues={ticks}
              tickFormat={(tick) => formatNumber(Number(tick))}
              hideAxisLine
              hideTicks
              tickLabelProps={{ ...AXIS_TEXT, textAnchor: 'end', dx: '-0.25em', dy: '0.33em' }}
            />
            <AxisBottom
              scale={x}
              top={HEIGHT - MARGIN.bottom}
              numTicks={Math.max(2, Math.floor((width - left) / TICK_WIDTH))}
              tickFormat={(at) => format.format(at as Date)}
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
