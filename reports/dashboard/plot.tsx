import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'

export type PlotProps = {
  /** What it shows, for who cannot see it. */
  label: string
  /** In seconds since 1970, ascending. */
  times: number[]
  /** The first is drawn as an area, or as bars; a further one as a line, or as dots above the bars. Null: no value. */
  series: { label: string; values: (number | null)[] }[]
  format(value: number): string
  height: number
  /** Without axes, beside a number that says the last value. */
  isSmall?: boolean
  isBars?: boolean
}

/** A plot over time in the colours of the page. One point is drawn as a dot. */
export function Plot(props: PlotProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const { label, times, series, height } = props
  const key = JSON.stringify([times, series.map(({ values }) => values)])
  useEffect(() => {
    const element = box.current!
    const draw = (): uPlot => new uPlot(optionsOf(props, element), dataOf(props), element)
    let plot = draw()
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    const redraw = new MutationObserver(() => {
      plot.destroy()
      plot = draw()
    })
    redraw.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      observer.disconnect()
      redraw.disconnect()
      plot.destroy()
    }
  }, [key, height])
  const last = series
    .map(({ label: name, values }) => `${name} ${props.format(values.at(-1) ?? 0)}`)
    .join(', ')
  return (
    <div
      ref={box}
      class="plot"
      role="img"
      aria-label={`${label}: ${last}`}
      style={{ height: `${height}px` }}
    />
  )
}

function dataOf({ times, series }: PlotProps): uPlot.AlignedData {
  return [times, ...series.map(({ values }) => values)]
}

function optionsOf({ series, format, height, isSmall, isBars }: PlotProps, element: Element): uPlot.Options {
  const color = (name: string): string => colorOf(element, name)
  const grid = { stroke: color('--line'), width: 1 }
  const axis = { stroke: color('--quiet'), font: '11px system-ui', grid, ticks: { show: false } }
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: !isSmall, y: false },
    padding: isSmall ? [6, 4, 6, 4] : [8, 12, 0, 0],
    axes: isSmall
      ? [{ show: false }, { show: false }]
      : [
          { ...axis, grid: { show: false } },
          { ...axis, size: 72, values: (_, values) => values.map(format) },
        ],
    scales: { y: { range: (_, min, max) => [Math.min(0, min), max === 0 ? 1 : max * 1.08] } },
    series: [
      {},
      ...series.map(({ label }, at): uPlot.Series => {
        const stroke = color(at === 0 ? '--accent' : '--quiet')
        return {
          ...{ label, stroke, width: 1.75, value: (_, value) => format(value) },
          ...(at === 0 ? { fill: color('--accent-soft') } : { dash: [4, 4] }),
          ...(isBars ? { paths: at === 0 ? uPlot.paths.bars!({ size: [0.6, 28] }) : () => null } : {}),
          points: { show: isBars ? at > 0 : series[at]!.values.length < 40, size: 4, fill: stroke },
        }
      }),
    ],
  }
}

/** A colour of the stylesheet as the canvas understands it. */
function colorOf(element: Element, name: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
