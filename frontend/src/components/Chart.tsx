import { type KeyboardEvent, type PointerEvent, useId, useRef, useState } from 'react'
import { useWidth } from '../lib/width'
import './chart.css'

/** How a part of a column looks: each differs in more than its colour. */
export type Fill = 'plain' | 'hatched' | 'dotted' | 'solid' | 'outlined'

export interface Series {
  id: string
  name: string
  fill: Fill
  /** Stands above a column that has some of it, so that one of a thousand is seen. */
  mark?: '▲' | '◆'
}

export interface ChartColumn {
  id: string
  /** What a column is called when one stands on it, such as "14:00 to 15:00". */
  name: string
  /** Under the column; most have none. */
  tick?: string
  /** One a series, in their order. */
  values: readonly number[]
}

export interface ChartProps {
  label: string
  series: readonly Series[]
  columns: readonly ChartColumn[]
  /** What the legend says while no column is chosen. */
  whole: string
  number: (n: number) => string
  /** A column in words, for screen readers. */
  sentence: (column: ChartColumn) => string
}

const height = 124
const room = { top: 18, bottom: 18 }
/** What a figure of the axis takes, with its tabular digits, in pixels. */
const digit = 7
/** So that one failure beside a thousand successes is still a mark on the screen. */
const least = 3

/** Stacked columns. An empty column stays a gap. Arrows walk from column to column; the legend then tells its figures. */
export function Chart({ label, series, columns, whole, number, sentence }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null)
  const width = useWidth(frame)
  const name = useId()
  const [walked, setWalked] = useState<number | null>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  const index = hovered ?? walked
  const chosen = index === null ? undefined : columns[index]
  const sums = series.map((_, s) => columns.reduce((sum, c) => sum + (c.values[s] ?? 0), 0))
  const top = nice(Math.max(1, ...columns.map(total)))
  const start = Math.max(44, number(top).length * digit + 12)
  const step = Math.max(0, width - start) / Math.max(1, columns.length)
  const inner = height - room.top - room.bottom
  const figures = chosen?.values ?? sums

  const onKeyDown = (e: KeyboardEvent) => {
    const last = columns.length - 1
    const from = walked ?? last + 1
    if (e.key === 'ArrowLeft') setWalked(Math.max(0, from - 1))
    else if (e.key === 'ArrowRight') setWalked(Math.min(last, walked === null ? 0 : from + 1))
    else if (e.key === 'Home') setWalked(0)
    else if (e.key === 'End') setWalked(last)
    else if (e.key === 'Escape' && walked !== null) setWalked(null)
    else return
    e.preventDefault()
  }
  const onPointerMove = (e: PointerEvent<SVGSVGElement>) => {
    const at = Math.floor((e.clientX - e.currentTarget.getBoundingClientRect().left - start) / step)
    setHovered(at >= 0 && at < columns.length ? at : null)
  }

  return (
    <div className="chart" ref={frame}>
      <svg
        width={width}
        height={height}
        role="listbox"
        aria-label={label}
        aria-orientation="horizontal"
        aria-activedescendant={walked === null ? undefined : `${name}${walked}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => setWalked((w) => w ?? columns.length - 1)}
        onBlur={() => setWalked(null)}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setHovered(null)}
      >
        <g aria-hidden>
          <defs>
            <Patterns name={name} />
          </defs>
          {[0, top / 2, top].map((value, i) => {
            const y = room.top + inner - (value / top) * inner
            return (
              <g key={i}>
                <line x1={start} x2={width} y1={y + 0.5} y2={y + 0.5} className={value === 0 ? 'chart-axis' : 'chart-line'} />
                {Number.isInteger(value) && (
                  <text x={start - 8} y={y + 4} textAnchor="end">
                    {number(value)}
                  </text>
                )}
              </g>
            )
          })}
          {columns.map(
            ({ id, tick }, i) =>
              tick && (
                <text key={id} x={start + i * step} y={height - 4}>
                  {tick}
                </text>
              ),
          )}
        </g>
        {columns.map((column, i) => (
          <g key={column.id} id={`${name}${i}`} role="option" aria-label={sentence(column)} aria-selected={i === walked}>
            <g aria-hidden>
              {i === index && <rect x={start + i * step} y={room.top - 16} width={step} height={inner + 16} className="chart-chosen" />}
              <Stack column={column} series={series} x={start + i * step} step={step} inner={inner} top={top} name={name} />
            </g>
          </g>
        ))}
      </svg>
      <div className="chart-legend small" aria-hidden>
        <strong>{chosen?.name ?? whole}</strong>
        {series.map((s, i) => (
          <span key={s.id}>
            <svg width="12" height="12">
              <rect width="12" height="12" rx="2" className={`chart-${s.fill}`} fill={fillOf(name, s.fill)} />
            </svg>
            {s.mark} {s.name} <span className="chart-figure">{number(figures[i] ?? 0)}</span>
          </span>
        ))}
      </div>
    </div>
  )
}

interface StackProps {
  column: ChartColumn
  series: readonly Series[]
  x: number
  step: number
  inner: number
  top: number
  name: string
}

function Stack({ column, series, x, step, inner, top, name }: StackProps) {
  const gap = Math.min(4, step / 5)
  const heights = column.values.map((v) => (v === 0 ? 0 : Math.max(least, (v / top) * inner)))
  const sum = heights.reduce((a, b) => a + b, 0)
  const shrink = sum > inner ? inner / sum : 1
  const base = room.top + inner
  const marks = series.filter((s, i) => s.mark && (column.values[i] ?? 0) > 0).map((s) => s.mark)
  const upTo = (n: number) => heights.slice(0, n).reduce((a, b) => a + b, 0) * shrink
  return (
    <>
      {series.map(
        (s, i) =>
          (heights[i] ?? 0) > 0 && (
            <rect
              key={s.id}
              className={`chart-${s.fill}`}
              fill={fillOf(name, s.fill)}
              x={x + gap / 2}
              width={Math.max(1, step - gap)}
              y={base - upTo(i + 1)}
              height={(heights[i] ?? 0) * shrink}
            />
          ),
      )}
      {marks.length > 0 && (
        <text x={x + step / 2} y={base - upTo(heights.length) - 4} textAnchor="middle" className="chart-mark">
          {marks.join('')}
        </text>
      )}
    </>
  )
}

const fillOf = (name: string, fill: Fill) => (fill === 'hatched' || fill === 'dotted' ? `url(#${name}${fill})` : undefined)

function Patterns({ name }: { name: string }) {
  return (
    <>
      <pattern id={`${name}hatched`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" className="chart-hatched-back" />
        <rect width="2.5" height="6" className="chart-hatched-line" />
      </pattern>
      <pattern id={`${name}dotted`} width="5" height="5" patternUnits="userSpaceOnUse">
        <rect width="5" height="5" className="chart-dotted-back" />
        <circle cx="2.5" cy="2.5" r="1.2" className="chart-dotted-dot" />
      </pattern>
    </>
  )
}

const total = (column: ChartColumn) => column.values.reduce((a, b) => a + b, 0)

/** The next round number, of which the half is round too: 1, 2, 4, 6, 8, 10, 12, 16, 20, … */
function nice(n: number): number {
  const power = 10 ** Math.floor(Math.log10(n))
  return ([1, 1.2, 1.6, 2, 4, 6, 8, 10].find((m) => m * power >= n) ?? 10) * power
}
