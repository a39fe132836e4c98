#include "report/html_text.h"

#include "report/words.h"

namespace pyprof::report {

std::string html_text(const std::string& text) {
    std::string escaped;
    for (const char c : printable(text)) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

std::string html_list(const std::vector<std::string>& sentences) {
    std::string list = "<ul>\n";
    for (const std::string& sentence : sentences) list += "<li>" + html_text(sentence) + "</li>\n";
    return list + "</ul>\n";
}

}  // namespace pyprof::report
