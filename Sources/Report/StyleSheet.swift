// StyleSheet: colours and type of pages and pictures, for light and dark screens and for paper.

/// Style sheets. The two hues can be told apart by colour-blind people (after Okabe and Ito 2008), and shades of both
/// are readable on both backgrounds.
enum StyleSheet {
    private static let light =
        "--paper:#fffefb;--ink:#1d2126;--soft:#666c74;--rule:#e3e0d8;--line:#9a9c9e;--first:#0a66a8;--second:#c25400;"
        + "--reference:#7d8287;"
    private static let dark =
        "--paper:#16191d;--ink:#e6e4df;--soft:#a0a5ab;--rule:#2e3338;--line:#6c7278;--first:#6cb8ec;--second:#f0a050;"
        + "--reference:#969ca3;"

    static let colours = """
        :root{\(light)}
        @media (prefers-color-scheme:dark){:root{\(dark)}}
        @media print{:root{\(light)--paper:#fff}}

        """

    static let figures = """
        svg{font:11.5px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink)}
        .paper{fill:var(--paper)}
        .grid{stroke:var(--rule)}
        .axisline{stroke:var(--line)}
        .axis,.tick{fill:var(--soft)}
        .tick{font-size:11px;font-variant-numeric:tabular-nums}
        .letter{fill:var(--ink);font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
        .tiny{fill:var(--ink);font-size:8px}
        .value{font-variant-numeric:tabular-nums}
        .mid{fill:#16191d}
        .on{fill:var(--paper)}
        .curve{fill:none;stroke-width:1.8;stroke-linejoin:round}
        .curve.first{stroke:var(--first)}
        .curve.second{stroke:var(--second)}
        .curve.reference{stroke:var(--reference)}
        .dashed{stroke-dasharray:5 3}
        .diagonal{fill:none;stroke:var(--line);stroke-dasharray:2 3}
        .threshold{stroke:var(--ink);stroke-dasharray:2 2}
        .name.first{fill:var(--first)}
        .name.second{fill:var(--second)}
        .name.reference{fill:var(--soft)}
        .note{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
        .dot{fill:var(--first);fill-opacity:.55}
        .point.first{fill:var(--first)}
        .point.second{fill:var(--second)}
        .point.reference{fill:var(--reference)}
        .mark{fill:var(--paper);stroke:var(--ink);stroke-width:1.8}
        .cell.first,.bar.first{fill:var(--first)}
        .cell.second,.bar.second{fill:var(--second)}
        .bar.reference{fill:var(--reference)}
        .base{font:600 14px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
        .small{font-size:12px}
        .narrow{font-size:11px}
        .loose{fill:var(--soft);font-weight:400}
        .bond{stroke:var(--first);stroke-width:1.8}

        """

    static let page = """
        :root{color-scheme:light dark}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);\
        font:16px/1.5 Charter,"Iowan Old Style","Palatino Linotype",Palatino,Georgia,serif;\
        -webkit-print-color-adjust:exact;print-color-adjust:exact}
        main{max-width:1180px;margin:0 auto;padding:36px 20px 48px}
        h1{font-size:30px;line-height:1.2;font-weight:600;margin:0 0 4px;overflow-wrap:anywhere}
        h2{font-size:21px;line-height:1.25;font-weight:600;margin:0 0 4px}
        h3{font:600 13px/1.3 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;margin:0 0 6px}
        .lead{max-width:46em;margin:0 0 20px;color:var(--soft)}
        section{border-top:1px solid var(--rule);padding-top:18px;margin-top:30px}
        dl{display:flex;flex-wrap:wrap;gap:12px 36px;margin:22px 0 0}
        dt{font:12px/1.3 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--soft)}
        dd{margin:0;font-size:22px;line-height:1.25;font-variant-numeric:lining-nums tabular-nums}
        dd.long{font-size:16px;line-height:1.7;overflow-wrap:anywhere}
        .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:28px 40px}
        figure{margin:0;break-inside:avoid}
        .tall{grid-row:span 2}
        figure svg{display:block;width:100%;height:auto}
        figcaption{font-size:14px;line-height:1.4;color:var(--soft);max-width:46ch;margin-top:4px}
        table{border-collapse:collapse;font:13px/1.3 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,\
        sans-serif;font-variant-numeric:tabular-nums;margin:0}
        th,td{padding:4px 14px 4px 0;text-align:right;border-bottom:1px solid var(--rule);vertical-align:top}
        th{font-weight:600}
        th:first-child,td:first-child{text-align:left}
        .wide{grid-column:1/-1}
        .words th:last-child,.words td:last-child{text-align:left;overflow-wrap:anywhere;max-width:46em}
        @media (max-width:600px){.stacked{width:100%}\
        .stacked tr{display:grid;grid-template-columns:repeat(var(--numbers),1fr);\
        border-bottom:1px solid var(--rule)}\
        .stacked th,.stacked td{border:0;padding-right:6px}\
        .stacked th:last-child,.stacked td:last-child{grid-column:1/-1;padding-top:0}}
        footer{margin-top:40px;font-size:13px;color:var(--soft)}
        @media print{:root{color-scheme:light}body{font-size:14px}main{max-width:none;padding:0}\
        h1{font-size:25px}h2{font-size:18px}dl{gap:8px 28px;margin-top:14px}dd{font-size:18px}dd.long{font-size:14px}\
        section{margin-top:18px;padding-top:12px}.lead{max-width:none;margin-bottom:12px}\
        figcaption{font-size:12px}table{font-size:12px}footer{margin-top:20px;font-size:12px}\
        tr,dl{break-inside:avoid}h2,h3,.lead{break-after:avoid}h2,.lead{break-inside:avoid}footer{break-before:avoid}\
        .figures{grid-template-columns:repeat(2,1fr);gap:16px 36px}@page{margin:16mm 14mm}}

        """
}
