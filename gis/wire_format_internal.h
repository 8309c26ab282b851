// Numbers that both ends of the pipe have in common. For gis/wire*.c and their tests.
#ifndef TH_GIS_WIRE_FORMAT_INTERNAL_H
#define TH_GIS_WIRE_FORMAT_INTERNAL_H

#define WIRE_MAGIC 0x44524854u // "THRD"
#define WIRE_VERSION 1u

#define WIRE_TEXT_NULL 0xffffffffu // as the size of a value: there is none

// Flags of a row; the lowest are TH_SHAPE_….
#define WIRE_ROW_SHAPE 0x1fu
#define WIRE_ROW_SUSPECT 0x100u
#define WIRE_ROW_LOST 0x200u
#define WIRE_ROW_VALUES 0x400u // a lost row that has its values all the same
#define WIRE_ROW_FLAGS (WIRE_ROW_SHAPE | WIRE_ROW_SUSPECT | WIRE_ROW_LOST | WIRE_ROW_VALUES)

#define WIRE_ROW_SIZE_MIN 24u // number, feature, flags, size of the shape

#endif
