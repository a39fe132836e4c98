#include "formats/svg.h"

#include <algorithm>
#include <cstdint>
#include <fmt/core.h>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "formats/frame_tree.h"

namespace pyprof::formats {
namespace {

// Pixels.
constexpr double picture_width = 1200, margin = 10, full_width = picture_width - 2 * margin;
constexpr double narrowest = 0.3;
constexpr std::size_t header_height = 70, row_height = 17, box_height = 16;
constexpr double character_width = 7.3;  // of 12 px in fonts of equal width

constexpr std::size_t most_title_characters = 300;

// The hues of the viewer (Okabe and Ito, "Color Universal Design", 2008), softened so that text reads on them.
constexpr const char* style = R"(<style>
text { font: 12px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #14181d; }
.title { font-size: 16px; }
rect { stroke: #ffffff; stroke-width: 0.5; }
.python { fill: #a6d6f3; }
.native { fill: #79caae; }
.jit { fill: #e3b6cf; }
.mpi { fill: #79b2d4; stroke: #0072b2; }
.os { fill: #f1cb79; }
.all { fill: #e9ecef; }
svg svg:hover rect { stroke: #14181d; }
</style>
)";

// At most so many characters of a name, escaped. XML has no control characters, nor U+FFFE and U+FFFF, in any form.
std::string escaped(std::string_view name, std::size_t most_characters) {
    std::string text;
    for (std::size_t count = 0; !name.empty(); count++) {
        if (count == most_characters) return text + "…";
        const Utf8Character character = first_character(name);
        const std::string_view bytes = name.substr(0, character.bytes);
        name.remove_prefix(character.bytes);
        const bool is_text = character.valid && character.code != 0xfffe && character.code != 0xffff;
        if (!is_text) {
            text += "\xef\xbf\xbd";  // U+FFFD
        } else if (character.code < 0x20 || character.code == 0x7f) {
            text += ' ';
        } else if (std::string_view{"&<>\""}.find(bytes) != std::string_view::npos) {
            text += fmt::format("&#{};", character.code);
        } else {
            text += bytes;
        }
    }
    return text;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

class Writer {
public:
    Writer(const profile::Profile& profile, Granularity granularity)
        : profile_{profile},
          tree_{frame_tree(profile, granularity, most_svg_frames)},
          totals_{inclusive(tree_, exclusive(tree_, tree_.values))},
          begins_(tree_.nodes.size()),
          next_(tree_.nodes.size()) {}

    std::string write() {
        std::string boxes;
        std::size_t deepest = 0;
        for (std::uint32_t i = 0; i < tree_.nodes.size(); i++) {
            place(i);
            if (i > 0 && width_of(i) < narrowest) continue;
            boxes += box(i);
            deepest = std::max<std::size_t>(deepest, tree_.nodes[i].depth);
        }
        const std::size_t height = header_height + (deepest + 1) * row_height + static_cast<std::size_t>(margin);
        return fmt::format(
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n",
                   picture_width, height) +
               style + "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + header() + boxes + "</svg>\n";
    }

private:
    // Siblings stand side by side from where their caller begins.
    void place(std::uint32_t node) {
        if (node > 0) {
            std::uint64_t& next = next_[tree_.nodes[node].parent];
            begins_[node] = next;
            next += totals_[node];
        }
        next_[node] = begins_[node];
    }

    double width_of(std::uint32_t node) const { return share_of(totals_[node]) * full_width; }

    double share_of(std::uint64_t weight) const {
        return totals_[0] == 0 ? 0 : static_cast<double>(weight) / static_cast<double>(totals_[0]);
    }

    std::string amount(std::uint64_t weight) const {
        const std::string& unit = profile_.metric.unit;
        return unit == "nanoseconds" ? fmt::format("{:.3f} s", static_cast<double>(weight) * 1e-9)
                                     : fmt::format("{} {}", weight, escaped(unit, most_title_characters));
    }

    std::string header() const {
        std::uint64_t samples = 0;
        for (const profile::Value& value : tree_.values) samples += value.samples;
        std::string text = fmt::format("<text class=\"title\" x=\"{}\" y=\"24\">{}</text>\n", margin,
                                       escaped(joined(profile_.run.command), 110));
        text += fmt::format("<text x=\"{}\" y=\"44\">{}: {}, {} samples</text>\n", margin,
                            escaped(profile_.metric.name, 40), amount(totals_[0]), samples);
        double x = margin;
        for (const char* domain : {"python", "native", "jit", "mpi", "os"}) {
            text += fmt::format(
                "<rect class=\"{0}\" x=\"{1}\" y=\"53\" width=\"11\" height=\"11\"/>"
                "<text x=\"{2}\" y=\"63\">{0}</text>\n",
                domain, x, x + 15);
            x += 80;
        }
        return text;
    }

    // An inner <svg> ends its text where the box ends.
    std::string box(std::uint32_t node) const {
        const bool is_root = node == 0;
        const Frame frame = is_root ? Frame{.name = "all"} : tree_.frames[tree_.nodes[node].frame];
        std::string place = frame.file;
        if (frame.line != 0) place += ":" + std::to_string(frame.line);
        const double width = width_of(node);
        std::string text = fmt::format(
            "<svg x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" height=\"{}\" data-weight=\"{}\"><title>{}{}{}&#10;{}, {:.2f} "
            "%</title>"
            "<rect class=\"{}\" width=\"100%\" height=\"100%\"/>",
            margin + share_of(begins_[node]) * full_width, header_height + tree_.nodes[node].depth * row_height, width,
            box_height, totals_[node], escaped(frame.name, most_title_characters), place.empty() ? "" : "&#10;",
            escaped(place, most_title_characters), amount(totals_[node]), share_of(totals_[node]) * 100,
            is_root ? "all" : profile::name_of(frame.domain));
        const auto room = static_cast<std::size_t>(std::max(0.0, width - 6) / character_width);
        if (room >= 3) text += "<text x=\"3\" y=\"12\">" + escaped(frame.name, room) + "</text>";
        return text + "</svg>\n";
    }

    const profile::Profile& profile_;
    FrameTree tree_;
    std::vector<std::uint64_t> totals_;
    std::vector<std::uint64_t> begins_, next_;  // in weight: of each node, and of its next child
};

}  // namespace

std::string svg(const profile::Profile& profile, Granularity granularity) {
    return Writer{profile, granularity}.write();
}

}  // namespace pyprof::formats
