// Text that fits a box. Widths are summed from a table of character widths: measuring each label anew would cost more
// than drawing the whole graph.

const ellipsis = '…';

export class LabelFitter {
  private readonly widths = new Map<string, number>();

  constructor(private readonly measure: (text: string) => number) {}

  /** The text, or as much of its beginning as fits with an ellipsis, or nothing when not even two characters do. */
  fit(text: string, room: number): string {
    let used = 0;
    let kept = 0;
    const roomForCut = room - this.widthOf(ellipsis);
    for (const character of text) {
      used += this.widthOf(character);
      if (used > room) return kept >= 2 ? text.slice(0, kept) + ellipsis : '';
      if (used <= roomForCut) kept += character.length;
    }
    return text;
  }

  width(text: string): number {
    let sum = 0;
    for (const character of text) sum += this.widthOf(character);
    return sum;
  }

  private widthOf(character: string): number {
    const known = this.widths.get(character);
    if (known !== undefined) return known;
    const width = this.measure(character);
    this.widths.set(character, width);
    return width;
  }
}
